/** Wheels that are written in the test: zip files with the names of TensorFlow's and a few bytes in each. */
import { createWriteStream } from 'node:fs'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { ZipFile } from 'yazl'

export type Contents = Readonly<Record<string, string>>

/** No pinned one: another version. */
export const cpuWheel = 'tensorflow_cpu-2.99.0-cp311-cp311-manylinux_2_27_x86_64.whl'
export const gpuWheel = 'tensorflow-2.99.0-cp311-cp311-manylinux_2_27_x86_64.whl'

/** `version` is what the made-up library says of itself (made-package.ts). */
export function tensorflowFiles(version = '2.99.0'): Contents {
  return {
    'tensorflow/libtensorflow_cc.so.2': version,
    'tensorflow/libtensorflow_framework.so.2': 'framework',
    'tensorflow/include/tensorflow/c/c_api.h': 'header',
    'tensorflow/include/tensorflow/c/eager/c_api.h': 'header',
    'tensorflow/include/tensorflow/core/platform/ctstring.h': 'header',
    'tensorflow/include/tensorflow/core/platform/env.h': 'not needed',
    'tensorflow/include/tsl/platform/ctstring_internal.h': 'header',
    'tensorflow/include/xla/tsl/c/tsl_status.h': 'header',
    'tensorflow/include/LICENSE': 'licence',
    'tensorflow/python/__init__.py': 'raise SystemExit("imported")',
  }
}

export const cudaFiles: Contents = {
  'nvidia/cuda_nvcc/bin/ptxas': 'program',
  'nvidia/cuda_nvcc/nvvm/libdevice/libdevice.10.bc': 'code',
  'nvidia/cuda_nvcc/include/cuda.h': 'not needed',
  'nvidia/cuda_runtime/lib/libcudart.so.12': 'library',
  'nvidia/cuda_runtime/lib/libcudart_static.a': 'not needed',
  'nvidia_cuda_nvcc_cu12-12.9.86.dist-info/licenses/License.txt': 'licence',
}

/** Returns its path. */
export async function makeWheel(folder: string, file: string, contents: Contents): Promise<string> {
  const zip = new ZipFile()
  for (const [name, text] of Object.entries(contents))
    zip.addBuffer(Buffer.from(text), name, { mode: text === 'program' ? 0o100755 : 0o100644 })
  zip.end()
  const path = join(folder, file)
  await pipeline(zip.outputStream, createWriteStream(path))
  return path
}

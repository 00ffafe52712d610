/** The whole of a setup, with made-up wheels and programs. */
import { readFileSync, rmSync, statSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { install } from '../../src/setup/install.js'
import type { Asked } from '../../src/setup/origin.js'
import { WheelCache } from '../../src/setup/wheel-cache.js'
import { MadeProject } from './made-package.js'
import { cpuWheel, cudaFiles, gpuWheel, makeWheel, tensorflowFiles } from './made-wheel.js'

const set = (made: MadeProject, asked: Omit<Asked, 'variant'>, variant: Asked['variant'] = 'cpu') =>
  install(made.package, { ...asked, variant }, 'x64', new WheelCache(made.cache, made.around), made.around)

const ofCpu = [
  'deps/include/tensorflow/c/c_api.h',
  'deps/include/tensorflow/c/eager/c_api.h',
  'deps/include/tensorflow/core/platform/ctstring.h',
  'deps/include/tsl/platform/ctstring_internal.h',
  'deps/include/xla/tsl/c/tsl_status.h',
  'deps/lib/libtensorflow_cc.so.2',
  'deps/lib/libtensorflow_framework.so.2',
  'deps/licences/tensorflow/LICENSE',
  'deps/reptile-serve.json',
  'lib/napi-v8/tfjs_binding.node',
]

test('takes from a wheel what is needed, compiles, tries it out and says what it found', async () => {
  const made = new MadeProject()
  await set(made, { wheel: await makeWheel(made.root, cpuWheel, tensorflowFiles()) })
  expect(made.installed()).toEqual(ofCpu)
  expect(made.said.slice(-3)).toEqual([
    'A small graph is computed: tensorflow 2.99.0, tfjs 4.22.0.',
    'Devices: CPU.',
    `TensorFlow (cpu) is set up in ${made.packageRoot}.`,
  ])
  const stamp = JSON.parse(readFileSync(join(made.packageRoot, 'deps/reptile-serve.json'), 'utf8'))
  expect(stamp).toMatchObject({
    variant: 'cpu',
    origin: { wheels: [{ file: cpuWheel, sha256: expect.stringMatching(/^[0-9a-f]{64}$/) }] },
    binding: { package: '4.22.0', napi: 8 },
  })
})

test('says that a wheel of another version is not vouched for', async () => {
  const made = new MadeProject()
  await set(made, { wheel: await makeWheel(made.root, cpuWheel, tensorflowFiles()) })
  expect(made.said[0]).toMatch(/^Warning: tensorflow_cpu-2\.99\.0.* is not pinned here/)
})

test('does nothing the second time, even without a compiler', async () => {
  const made = new MadeProject()
  const wheel = await makeWheel(made.root, cpuWheel, tensorflowFiles())
  await set(made, { wheel })
  made.tools({})
  await set(made, { wheel })
  expect(made.said.at(-1)).toBe(`TensorFlow (cpu) is set up in ${made.packageRoot} already; nothing to do.`)
})

test('replaces what came from another wheel', async () => {
  const made = new MadeProject()
  await set(made, { wheel: await makeWheel(made.root, cpuWheel, tensorflowFiles('2.98.0')) })
  await set(made, { wheel: await makeWheel(made.root, cpuWheel, tensorflowFiles('2.99.0')) })
  expect(made.said).toContain('A small graph is computed: tensorflow 2.99.0, tfjs 4.22.0.')
  expect(made.installed()).toEqual(ofCpu)
})

test.each([
  ['a library that is cut short', (root: string) => truncateSync(join(root, 'deps/lib/libtensorflow_cc.so.2'), 1)],
  ['a missing header', (root: string) => rmSync(join(root, 'deps/include/tensorflow/c/c_api.h'))],
  ['a missing binding', (root: string) => rmSync(join(root, 'lib'), { recursive: true })],
  ['a missing stamp', (root: string) => rmSync(join(root, 'deps/reptile-serve.json'))],
  ['nothing, as after npm ci', (root: string) => rmSync(join(root, 'deps'), { recursive: true })],
])('mends an installation with %s', async (_, damage) => {
  const made = new MadeProject()
  const wheel = await makeWheel(made.root, cpuWheel, tensorflowFiles())
  await set(made, { wheel })
  damage(made.packageRoot)
  await set(made, { wheel })
  expect(made.said.at(-1)).toBe(`TensorFlow (cpu) is set up in ${made.packageRoot}.`)
  expect(made.installed()).toEqual(ofCpu)
})

test('compiles anew when the package has other sources', async () => {
  const made = new MadeProject()
  const wheel = await makeWheel(made.root, cpuWheel, tensorflowFiles())
  await set(made, { wheel })
  made.write('node_modules/@tensorflow/tfjs-node-gpu/binding/tfjs_binding.cc', 'other source')
  await set(made, { wheel })
  expect(made.said.filter((line) => line.startsWith('Compiling'))).toHaveLength(2)
})

test.each([
  ['wrong', 'TensorFlow does not run here: a small graph gives 3,4 instead of 4,3.'],
  ['unloadable', 'TensorFlow does not run here: version GLIBC_2.99 not found.'],
  ['crashing', 'TensorFlow does not run here: the processor lacks an instruction (AVX) that its libraries use.'],
])('leaves nothing behind of one that is %s', async (version, sentence) => {
  const made = new MadeProject()
  const wheel = await makeWheel(made.root, cpuWheel, tensorflowFiles(version))
  await expect(set(made, { wheel })).rejects.toThrow(sentence)
  expect(made.installed()).toEqual([])
})

test('leaves what was there when the new one cannot be compiled', async () => {
  const made = new MadeProject()
  await set(made, { wheel: await makeWheel(made.root, cpuWheel, tensorflowFiles()) })
  made.tools({ compiler: 'case "$1" in --version) ;; *) echo "a.cc:1: error: no" >&2; exit 1;; esac' })
  await expect(set(made, { wheel: await makeWheel(made.root, gpuWheel, tensorflowFiles('2.98.0')) })).rejects.toThrow(
    'could not compile the binding',
  )
  expect(made.installed()).toEqual(ofCpu)
  expect(readFileSync(join(made.packageRoot, 'deps/lib/libtensorflow_cc.so.2'), 'utf8')).toBe('2.99.0')
})

function site(made: MadeProject, version: string): string {
  for (const [name, text] of Object.entries({ ...tensorflowFiles(version), ...cudaFiles }))
    made.write(`site-packages/${name}`, text, text === 'program' ? 0o755 : 0o644)
  return join(made.root, 'site-packages')
}

test('copies an installed TensorFlow, by site-packages or by the folder in it', async () => {
  const made = new MadeProject()
  const folder = site(made, '2.97.0')
  await set(made, { from: folder })
  expect(made.installed()).toEqual(ofCpu)
  await set(made, { from: join(folder, 'tensorflow') })
  expect(made.said.at(-1)).toContain('nothing to do')
  expect(statSync(join(made.packageRoot, 'deps/lib/libtensorflow_cc.so.2')).nlink).toBe(1)
})

test('copies the CUDA libraries that stand beside it to where it looks for them, and tells the GPU', async () => {
  const made = new MadeProject()
  await set(made, { from: site(made, '2.97.0-gpu') }, 'cuda')
  const added = made.installed().filter((name) => !ofCpu.includes(name))
  expect(added).toEqual([
    'deps/licences/nvidia_cuda_nvcc_cu12/License.txt',
    'deps/nvidia/cuda_nvcc/bin/ptxas',
    'deps/nvidia/cuda_nvcc/nvvm/libdevice/libdevice.10.bc',
    'deps/nvidia/cuda_runtime/lib/libcudart.so.12',
  ])
  expect(statSync(join(made.packageRoot, 'deps/nvidia/cuda_nvcc/bin/ptxas')).mode & 0o111).not.toBe(0)
  expect(made.said).toContain('Devices: CPU and NVIDIA H200.')
})

test('runs where no GPU is seen, and says so', async () => {
  const made = new MadeProject()
  await set(made, { from: site(made, '2.97.0') }, 'cuda')
  expect(made.said.find((line) => line.startsWith('Devices'))).toMatch(/^Devices: CPU\. No GPU is seen/)
})

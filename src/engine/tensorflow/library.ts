/** TensorFlow through @tensorflow/tfjs-node-gpu, for threads and processes that compute with it: loading it takes half a second. */
import { createRequire } from 'node:module'
import type * as TensorFlow from '@tensorflow/tfjs-node-gpu'

export type Library = typeof TensorFlow

/** What the library on this machine is. */
export interface LibraryInfo {
  /** Of TensorFlow, such as 2.21.0. */
  readonly version: string
  /** Whether it sees a GPU, on which everything then runs. */
  readonly gpu: boolean
}

/** What the package does not declare of its own backend. */
interface Backend {
  readonly isUsingGpuDevice: boolean
  readonly binding: { readonly TF_Version: string }
}

export interface LibrarySettings {
  /** Where compiled programs are kept from one start to the next; nowhere if empty. */
  readonly cacheDir: string
  /** `cpu`: leave a GPU that is there to others. */
  readonly device: 'auto' | 'cpu'
}

/**
 * Throws the package's own error where it has not been set up. The package takes no settings: the library reads them from the
 * environment, of the whole process, when it is loaded first; what somebody has set stays.
 */
export function loadLibrary({ cacheDir, device }: LibrarySettings): Library {
  const cache = cacheDir ? ` --tf_xla_persistent_cache_directory="${cacheDir}"` : ''
  // What somebody has set comes behind ours: of two settings of a flag the last one counts.
  const flags = {
    TF_XLA_FLAGS: `--tf_xla_persistent_cache_prefix=reptile${cache}`,
    // Products in float32, not with factors rounded to 10 bits (TF32): of NVIDIA's libraries (below), and none of XLA's own.
    XLA_FLAGS: '--xla_gpu_enable_triton_gemm=false',
  }
  for (const [name, ours] of Object.entries(flags)) {
    const theirs = process.env[name] ?? ''
    if (!theirs.startsWith(ours)) process.env[name] = `${ours} ${theirs}`.trim()
  }
  const defaults = {
    // Nothing: what fails is reported as an error, and at the start it says much that is meant for others.
    TF_CPP_MIN_LOG_LEVEL: '3',
    // No slower for these graphs, and without it the same sum is always added up in the same order.
    TF_ENABLE_ONEDNN_OPTS: '0',
    NVIDIA_TF32_OVERRIDE: '0',
    // So that others can use the GPU, too.
    TF_FORCE_GPU_ALLOW_GROWTH: 'true',
  }
  for (const [name, value] of Object.entries(defaults)) process.env[name] ??= value
  if (device === 'cpu') process.env.CUDA_VISIBLE_DEVICES = '-1'
  return createRequire(import.meta.url)('@tensorflow/tfjs-node-gpu') as Library
}

export function infoOf(library: Library): LibraryInfo {
  const backend: unknown = library.backend()
  if (!isBackend(backend)) throw new Error('@tensorflow/tfjs-node-gpu has not registered its own backend')
  return { version: backend.binding.TF_Version, gpu: backend.isUsingGpuDevice }
}

function isBackend(backend: unknown): backend is Backend {
  return typeof backend === 'object' && backend !== null && 'isUsingGpuDevice' in backend && 'binding' in backend
}

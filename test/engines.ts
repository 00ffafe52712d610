/** The engine that a suite runs on: vitest.config.ts has a project for each, which run the same files. */
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inject } from 'vitest'
import type { Engine } from '../src/engine/engine.js'
import { OnnxEngine } from '../src/engine/onnx/engine.js'
import { TensorflowEngine } from '../src/engine/tensorflow/engine.js'
import { isSetUp, setUp } from '../src/engine/tensorflow/find-library.js'

declare module 'vitest' {
  interface ProvidedContext {
    engine: 'onnx' | 'tensorflow'
  }
}

/** Why TensorFlow cannot be tested here; undefined where it can. */
export const tensorflowMissing = isSetUp() ? undefined : `TensorFlow is not set up (${setUp})`

const sharedCache = join(tmpdir(), 'reptile-serve-tests-compiled')

/** `workers`: of an engine that has several. */
export function createTestEngine(workers = 1): Engine {
  if (inject('engine') === 'onnx') return OnnxEngine.create({ workers, threads: 1 })
  return createTensorflow({ xla: false })
}

/** With small batches, so that tests fill them; what it keeps is little, so that tests overflow it. */
export function createTensorflow({ xla = false, keptBytes = 2 ** 20, cacheDir = sharedCache } = {}): TensorflowEngine {
  return TensorflowEngine.create({
    clients: [1, 3],
    leastFill: 0.5,
    keptBytes,
    sliceLength: 1,
    xla,
    cacheDir,
    device: 'auto',
  })
}

/** Settings of a server of which the engine is that of the suite. */
export function engineSettings(): Record<string, string> {
  return inject('engine') === 'onnx' ? { ENGINE: 'onnx' } : { ENGINE: 'tensorflow', CACHE_DIR: sharedCache }
}

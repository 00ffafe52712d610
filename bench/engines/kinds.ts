/** The engines that are compared, with the settings of a server (engine-choice.ts). */
import { availableParallelism } from 'node:os'
import type { Engine } from '../../src/engine/engine.js'
import { OnnxEngine } from '../../src/engine/onnx/engine.js'
import { TensorflowEngine } from '../../src/engine/tensorflow/engine.js'
import { clientsACall } from '../../src/engine-choice.js'
import type { Device } from './device.js'

export interface Kind {
  readonly name: string
  /** Whether a second engine finds what the first has compiled. */
  readonly cached: boolean
  create(): Engine
}

/** The first is the one whose numbers the others are held against. */
export const reference = 'onnx, a thread a core'

export function kindsOf(device: Device, cacheDir: string): Kind[] {
  const common = { ...clientsACall(device.kind), keptBytes: 2 ** 20, cacheDir, device: 'auto' } as const
  return [
    {
      name: reference,
      cached: false,
      create: () => OnnxEngine.create({ workers: availableParallelism(), threads: 1 }),
    },
    {
      name: 'tensorflow, own kernels',
      cached: false,
      create: () => TensorflowEngine.create({ ...common, xla: false }),
    },
    {
      name: 'tensorflow, XLA',
      cached: true,
      create: () => TensorflowEngine.create({ ...common, xla: true }),
    },
  ]
}

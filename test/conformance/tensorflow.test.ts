import { TensorflowEngine } from '../../src/engine/tensorflow/engine.js'
import { describeEngine } from './engine-suite.js'

const settings = { clients: [1, 3], leastFill: 0.5, keptBytes: 2 ** 20, cacheDir: '', device: 'auto' } as const

describeEngine("tensorflow's own kernels", () => TensorflowEngine.create({ ...settings, xla: false }), 150)
describeEngine('tensorflow, loops compiled', () => TensorflowEngine.create({ ...settings, xla: true }), 20)

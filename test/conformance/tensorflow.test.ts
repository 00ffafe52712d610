import { createTensorflow, tensorflowMissing } from '../engines.js'
import { describeEngine } from './engine-suite.js'

describeEngine("tensorflow's own kernels", () => createTensorflow(), 150, tensorflowMissing)
describeEngine('tensorflow, loops compiled', () => createTensorflow({ xla: true }), 20, tensorflowMissing)

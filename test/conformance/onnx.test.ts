import { OnnxEngine } from '../../src/engine/onnx/engine.js'
import { describeEngine } from './engine-suite.js'

describeEngine('onnx, two workers', () => OnnxEngine.create({ workers: 2, threads: 1 }), 150)
describeEngine('onnx, two threads a run', () => OnnxEngine.create({ workers: 1, threads: 2 }), 20)

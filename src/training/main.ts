/** `npm run train -- MODEL [options]`: meta-trains a shipped model and writes its artifact. */
import { cpus } from 'node:os'
import { OnnxEngine } from '../engine/onnx/engine.js'
import { LearnerError } from '../learner/learner.js'
import { readOptions, usage } from './options.js'
import { train } from './train.js'
import { TrainingError } from './training-error.js'

const argv = process.argv.slice(2)

try {
  const options = readOptions(argv)
  if (options) {
    const engine = OnnxEngine.create({ workers: cpus().length, threads: 1 })
    await train(engine, options, `npm run train -- ${argv.join(' ')}`, console.log).finally(() => engine.close())
  } else {
    console.log(usage)
  }
} catch (error) {
  // What the user can mend is said in a sentence; what only we can, with its stack.
  console.error(error instanceof TrainingError || error instanceof LearnerError ? error.message : error)
  process.exitCode = 1
}

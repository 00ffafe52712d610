/** `npm run bench -- steps`: what the inner steps are worth. Accuracy, and the error on sine waves, by inner step, as served. */
import { cpus } from 'node:os'
import { parseArgs } from 'node:util'
import type { Engine } from '../src/engine/engine.js'
import { OnnxEngine } from '../src/engine/onnx/engine.js'
import { expectedTensors } from '../src/learner/initialization.js'
import type { Model } from '../src/model/artifact.js'
import { loadModel } from '../src/model/load.js'
import { openData } from '../src/training/data/open-data.js'
import { SineSource } from '../src/training/data/sine.js'
import { type EvaluationSettings, evaluateModel } from '../src/training/evaluate/evaluate.js'
import { formatted } from '../src/training/evaluate/figures.js'
import { dataSchema } from '../src/training/settings.js'
import type { TaskSource } from '../src/training/task.js'
import { cells } from './cells.js'
import { withSharedVector } from './steps/shared-vector.js'

/** Of the training of the shipped models, which divides the characters. */
const trainingSeed = 1

/** `--data` the characters of the training, of which the 100 that it held out are asked; `--tasks`, `--seed`, `--steps 0,5,50`. */
export async function run(argv: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      data: { type: 'string', default: '../shared/data/omniglot/train' },
      tasks: { type: 'string', default: '200' },
      seed: { type: 'string', default: '2' },
      steps: { type: 'string', default: '0,1,5,10,20,50' },
    },
  })
  const engine = OnnxEngine.create({ workers: cpus().length, threads: 1 })
  const common = {
    episodes: Number(values.tasks),
    seed: Number(values.seed),
    steps: values.steps.split(',').map(Number),
  }
  try {
    const sines = await loadModel('models/sine-mlp', expectedTensors)
    const waves = { ...common, ways: 0, shots: 10 }
    await printRow('squared error of sine waves, 10 points', engine, sines, new SineSource('random'), waves)

    const model = await loadModel('models/omniglot-conv4', expectedTensors)
    const data = dataSchema.parse({ kind: 'images', path: values.data, split: { validation: 100 } })
    const { validation: heldOut } = await openData(data, trainingSeed)
    const heads: [string, Model][] = [
      ['prototypes', model],
      ['shared vector', withSharedVector(model)],
    ]
    for (const [head, variant] of heads)
      for (const cell of cells) {
        const name = `${cell.ways}-way ${cell.shots}-shot, ${head}, %`
        await printRow(name, engine, variant, heldOut, { ...common, ...cell })
      }
  } finally {
    await engine.close()
  }
}

async function printRow(
  name: string,
  engine: Engine,
  model: Model,
  source: TaskSource,
  settings: EvaluationSettings,
): Promise<void> {
  const { metric, protocols } = await evaluateModel(engine, model, source, { ...settings, protocols: ['served'] })
  const texts = (protocols.served ?? []).map((point) => `${point.steps}: ${formatted(metric, point)}`)
  console.log(`${name} | ${texts.join(' | ')}`)
}

/** `npm run bench -- steps`: what the inner steps are worth. Accuracy, and the error on sine waves, by inner step. */
import { cpus } from 'node:os'
import { parseArgs } from 'node:util'
import { OnnxEngine } from '../src/engine/onnx/engine.js'
import { createLearner } from '../src/learner/create-learner.js'
import { expectedTensors } from '../src/learner/initialization.js'
import { seeded } from '../src/learner/random.js'
import type { Model } from '../src/model/artifact.js'
import { loadModel } from '../src/model/load.js'
import { accuracy, type Measured, sineError } from '../src/training/evaluate.js'
import { holdOut, readImageFolder } from '../src/training/image-folder.js'
import { withSharedVector } from './steps/shared-vector.js'

const cells = [
  { ways: 5, shots: 1 },
  { ways: 5, shots: 5 },
  { ways: 20, shots: 1 },
  { ways: 20, shots: 5 },
]

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
  const steps = values.steps.split(',').map(Number)
  const protocol = { tasks: Number(values.tasks), seed: Number(values.seed) }

  const sines = await createLearner(await loadModel('models/sine-mlp', expectedTensors), engine)
  const errors = steps.map((count) => sineError(sines, { ...protocol, points: 10, steps: count }))
  printRow('squared error of sine waves, 10 points', steps, await Promise.all(errors), 1)
  await sines.close()

  const model = await loadModel('models/omniglot-conv4', expectedTensors)
  const { input } = model.artifact
  if (input.kind !== 'image') throw new Error('omniglot-conv4 takes images')
  // The same seed and order as in the training: these are the classes that it never saw.
  const { heldOut } = holdOut(seeded(1), await readImageFolder(values.data, input), 100)
  const heads: [string, Model][] = [
    ['prototypes', model],
    ['shared vector', withSharedVector(model)],
  ]
  for (const [head, variant] of heads) {
    const learner = await createLearner(variant, engine, { supports: [5, 25, 100], queries: [8, 32] })
    for (const cell of cells) {
      const results: Measured[] = []
      for (const count of steps) results.push(await accuracy(learner, heldOut, { ...cell, ...protocol, steps: count }))
      printRow(`${cell.ways}-way ${cell.shots}-shot, ${head}, %`, steps, results, 100)
    }
    await learner.close()
  }
  await engine.close()
}

function printRow(name: string, steps: readonly number[], results: readonly Measured[], factor: number): void {
  const texts = results.map(({ mean, interval }, i) => {
    return `${steps[i]}: ${(factor * mean).toFixed(2)} +- ${(factor * interval).toFixed(2)}`
  })
  console.log(`${name} | ${texts.join(' | ')}`)
}

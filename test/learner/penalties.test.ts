/** L1 and L2 regularization of the inner loop. */
import { expect, test } from 'vitest'
import { ReferenceEngine } from '../../src/engine/reference.js'
import { adaptProgram } from '../../src/learner/adapt-program.js'
import { layoutParameters } from '../../src/learner/parameters.js'
import { sizeOf } from '../../src/program/program.js'
import { expectClose } from './closeness.js'
import { adaptFeeds, floats, runOnce } from './program-runs.js'
import { classifier } from './small-models.js'

const shape = { classes: 3, clients: 2, batch: 4, slice: 1 }
const RATE = 0.1
const engine = new ReferenceEngine()

const layers = [
  { type: 'dense', units: 5 },
  { type: 'batchNorm', epsilon: 1e-3 },
] as const

/** Weights before, and after one step of SGD, of two clients, one behind the other. */
async function step(penalties: { l1?: number; l2?: number }) {
  const artifact = classifier({ layers, ...penalties })
  const feeds = { ...adaptFeeds(artifact, shape, 1), rates: { shape: [1, 2], data: new Float32Array(2).fill(RATE) } }
  const results = await runOnce(engine, adaptProgram(artifact, shape), feeds)
  return { before: floats(feeds, 'weights'), after: floats(results, 'weights'), losses: floats(results, 'losses') }
}

test.each([
  ['l1', { l1: 0.3 }, (w: number) => 0.3 * Math.sign(w)],
  ['l2', { l2: 0.2 }, (w: number) => 0.2 * w],
  ['both', { l1: 0.3, l2: 0.2 }, (w: number) => 0.3 * Math.sign(w) + 0.2 * w],
])('%s pulls at the weights of each client, and at nothing else', async (_, penalties, pull) => {
  const [plain, penalized] = [await step({}), await step(penalties)]
  const one = layoutParameters(classifier({ layers }), 3).adapted.flatMap(({ name, shape }) =>
    new Array<boolean>(sizeOf(shape)).fill(name.endsWith('.weight')),
  )
  const expected = plain.after.map((after, i) => after - (one[i % one.length] ? RATE * pull(plain.before[i] ?? 0) : 0))
  expectClose(penalized.after, expected, 1e-5)
  expect(one.filter((isWeight) => !isWeight)).toHaveLength(5 + 5 + 5 + 3)
  expect(penalized.losses).toEqual(plain.losses)
})

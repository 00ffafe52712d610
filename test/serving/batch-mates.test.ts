/** Whom an input goes with into a run of the engine never changes its answer. */
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Adaptation, Learner } from '../../src/learner/learner.js'
import { Predictions } from '../../src/serving/predictions.js'
import { Scheduler } from '../../src/serving/scheduler.js'
import { supportSet } from '../../src/serving/support.js'
import { createTestEngine } from '../engines.js'
import { expectClose, expectSameBits } from '../learner/closeness.js'
import { settled } from './hand-clock.js'
import { tinyImages } from './tiny-models.js'
import { drawings, pattern, taskOf } from './tiny-service.js'
import { WatchedLearner } from './watched-learner.js'

const labels = ['x', 'y', 'z']
const adaptedTo = (learner: Learner): Promise<Adaptation> =>
  learner.adapt(supportSet(drawings(labels, 1), labels), { seed: 1 })

interface Ask {
  readonly marks: readonly number[]
  readonly arrival: number
  readonly patience: number | undefined
}
const crowds = fc.array(
  fc.record<Ask>({
    marks: fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 9 }),
    arrival: fc.nat(4),
    patience: fc.option(fc.nat(4), { nil: undefined, freq: 4 }),
  }),
  { minLength: 1, maxLength: 10 },
)

/** Everybody's answer, which is undefined for those who left before they had it. */
function answersTo(crowd: readonly Ask[], learner: Learner, weights: Adaptation) {
  const slow = new WatchedLearner(learner)
  slow.beforePredict = settled
  const predictions = new Predictions(new Scheduler(1, () => 0))
  return Promise.all(
    crowd.map(async ({ marks, arrival, patience }) => {
      for (let turn = 0; turn < arrival; turn++) await settled()
      const leaving = new AbortController()
      const answer = predictions.run(slow, weights, marks.map(pattern), taskOf({ signal: leaving.signal }))
      if (patience === undefined) return answer
      const outcome = answer.catch(() => undefined)
      for (let turn = 0; turn < patience; turn++) await settled()
      leaving.abort()
      return outcome
    }),
  )
}

async function expectAnswersOfEachAlone(
  crowd: readonly Ask[],
  learner: Learner,
  weights: Adaptation,
  compare: (actual: Float32Array, alone: Float32Array) => void,
) {
  const answers = await answersTo(crowd, learner, weights)
  for (const [i, { marks, patience }] of crowd.entries()) {
    const answer = answers[i]
    if (patience === undefined) expect(answer).toHaveLength(marks.length)
    for (const [place, output] of answer?.entries() ?? []) {
      const [alone] = await learner.predict(weights, [pattern(marks[place] ?? 0)])
      compare(output, alone ?? new Float32Array(0))
    }
  }
}

describe('batch-mates', () => {
  test('never change an answer in the reference engine, not by a bit', async () => {
    const { learner } = await tinyImages()
    const weights = await adaptedTo(learner)
    await fc.assert(
      fc.asyncProperty(crowds, (crowd) => expectAnswersOfEachAlone(crowd, learner, weights, expectSameBits)),
      { numRuns: 60, seed: 1 },
    )
  })

  describe('in an onnx engine', () => {
    const engine = createTestEngine()
    let learner: Learner
    let weights: Adaptation
    beforeAll(async () => {
      learner = (await tinyImages(1, engine)).learner
      weights = await adaptedTo(learner)
    })
    afterAll(() => engine.close())

    test('change an answer by less than 1e-5', async () => {
      const compare = (actual: Float32Array, alone: Float32Array) => expectClose(actual, alone, 1e-5)
      await fc.assert(
        fc.asyncProperty(crowds, (crowd) => expectAnswersOfEachAlone(crowd, learner, weights, compare)),
        { numRuns: 25, seed: 1 },
      )
    })

    test('not by a bit in runs of the same compiled size', async () => {
      const pairs = [1, 3].map((mark) => ({ marks: [mark, mark + 1], arrival: 0, patience: undefined }))
      // Both go in one run of 4; alone, each is filled up to 4.
      const answers = await answersTo(pairs, learner, weights)
      for (const [i, { marks }] of pairs.entries()) {
        const alone = await learner.predict(weights, marks.map(pattern))
        for (const [place, output] of answers[i]?.entries() ?? []) expectSameBits(output, alone[place] ?? [])
      }
    })
  })
})

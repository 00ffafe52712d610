/** Examples that were kept for a model, and are learned from by its next version, which scales values in another way. */
import { beforeAll, describe, expect, test } from 'vitest'
import type { Feature } from '../../src/model/artifact.js'
import { rescaled } from '../../src/serving/scaling.js'
import type { ServedModel } from '../../src/serving/served-model.js'
import type { Examples } from '../../src/store/adaptation-store.js'
import { MemoryStore } from '../../src/store/memory.js'
import { HandClock } from './hand-clock.js'
import { tinyCurves } from './tiny-models.js'
import { byDefault, taskOf, tinyService } from './tiny-service.js'

/** Curves over a time that is scaled so. */
function scaling(served: ServedModel, digest: string, feature?: Feature): ServedModel {
  const input = { kind: 'values' as const, length: 1, ...(feature && { features: [feature] }) }
  return { ...served, model: { ...served.model, digest, artifact: { ...served.model.artifact, input } } }
}

let curves: ServedModel
beforeAll(async () => {
  curves = await tinyCurves()
})

const time = (mean: number, deviation: number): Feature => ({ name: 'time', mean, deviation })
const examples = (inputs: number[], feature?: Feature): Examples => ({
  kind: 'targets',
  inputs: inputs.map((value) => Float32Array.of(value)),
  targets: inputs.map((value) => Float32Array.of(value, 1)),
  scaling: feature && [feature],
})
const as = (feature?: Feature) => scaling(curves, 'other', feature).model.artifact
const inputsOf = (found: Examples | undefined) => found?.inputs.map(([value]) => value)

describe('examples for another version of their model', () => {
  test.each([
    ['scaled in another way', time(10, 2), time(4, 1), [4, 8]],
    ['scaled no more', time(10, 2), undefined, [8, 12]],
    ['scaled for the first time', undefined, time(1, 2), [-1, 0]],
    ['scaled as before', time(10, 2), time(10, 2), [-1, 1]],
    ['never scaled', undefined, undefined, [-1, 1]],
  ])('are %s', (_name, before, now, expected) => {
    const found = rescaled(examples([-1, 1], before), as(now))
    expect(inputsOf(found)).toEqual(expected)
    expect(found?.scaling).toEqual(now && [now])
  })

  test('do not fit where a value means something else now, or is far off', () => {
    expect(rescaled(examples([1], time(0, 1)), as({ name: 'mass', mean: 0, deviation: 1 }))).toBeUndefined()
    expect(rescaled(examples([3e38], time(0, 1)), as(time(0, 1e-30)))).toBeUndefined()
  })
})

test('an adaptation is learned again from the values that were sent', async () => {
  const [before, after] = [scaling(curves, 'before', time(10, 2)), scaling(curves, 'after', time(4, 1))]
  const clock = new HandClock(1000)
  const key = { tenant: 't', id: 'a' }
  const targets = [1, 2, 3].map((value) => Float32Array.of(value, 1))
  const store = () => new MemoryStore(1e6, { wall: clock.now, monotonic: clock.now })
  const adapt = async (kept: MemoryStore, served: ServedModel, values: number[]) => {
    const inputs = values.map((value) => Float32Array.of(value))
    const order = { id: 'a', served, examples: { kind: 'targets' as const, inputs, targets }, asked: byDefault }
    await tinyService({ served: [served], store: kept, clock }).adapt.run(order, taskOf())
  }
  const [kept, fresh] = [store(), store()]
  await adapt(kept, before, [-1, 1, -0.5])
  await tinyService({ served: [after], store: kept, clock }).predict.find(key, taskOf())
  await adapt(fresh, after, [4, 8, 5])
  const [again, anew] = [await kept.get(key), await fresh.get(key)]
  expect(again?.info).toMatchObject({ version: 2, modelDigest: 'after' })
  expect(again?.learned).toEqual(anew?.learned)
})

/** The adapt program gives the same on every engine, whatever the model is made of. */
import { afterAll, describe, expect, test } from 'vitest'
import { ReferenceEngine } from '../../src/engine/reference.js'
import { adaptProgram } from '../../src/learner/adapt-program.js'
import type { Artifact } from '../../src/model/artifact.js'
import { createTestEngine } from '../engines.js'
import { expectClose } from './closeness.js'
import { adaptFeeds, floats, runOnce } from './program-runs.js'
import { bodies, classifier, optimizers, regressor } from './small-models.js'

const engine = createTestEngine()
const reference = new ReferenceEngine()
afterAll(() => engine.close())

const models: Readonly<Record<string, Artifact>> = {
  ...Object.fromEntries(Object.entries(bodies).map(([name, layers]) => [`a body of ${name}`, classifier({ layers })])),
  ...Object.fromEntries(
    Object.entries(optimizers).map(([name, optimizer]) => [`optimizer ${name}`, classifier({ optimizer })]),
  ),
  ...Object.fromEntries(
    (['all', 'norm', 'head'] as const).map((scope) => [
      `scope ${scope}`,
      classifier({ scope, optimizer: optimizers.momentum }),
    ]),
  ),
  'images of three channels': classifier({
    input: { kind: 'image', height: 7, width: 5, channels: 3, polarity: 'asis' },
  }),
  'penalties on weights': classifier({ l1: 0.01, l2: 0.1 }),
  regression: regressor(),
  'regression, scope norm': regressor({ scope: 'norm', optimizer: optimizers['adam, beta1 0.9, moments carried'] }),
  'regression, scope head': regressor({ scope: 'head' }),
}

describe('three inner steps of one client', () => {
  test.each(Object.entries(models))('%s', async (_name, artifact) => {
    const shape = { classes: artifact.task === 'classification' ? 3 : 0, clients: 1, batch: 4, slice: 3 }
    const program = adaptProgram(artifact, shape)
    const feeds = adaptFeeds(artifact, shape, 1)
    const [expected, actual] = [await runOnce(reference, program, feeds), await runOnce(engine, program, feeds)]
    expect(Object.keys(actual)).toEqual(Object.keys(expected))
    for (const name of Object.keys(expected)) expectClose(floats(actual, name), floats(expected, name), 2e-5)
    expect(floats(actual, 'weights')).not.toEqual(floats(feeds, 'weights'))
  })
})

describe('a run of no steps', () => {
  test.each([['reference', reference] as const, ['onnx', engine] as const])(
    '%s leaves weights and moments as they are',
    async (_name, on) => {
      const artifact = classifier({ optimizer: optimizers.momentum })
      const shape = { classes: 3, clients: 1, batch: 4, slice: 3 }
      const feeds = adaptFeeds(artifact, shape, 1)
      const results = await runOnce(on, adaptProgram(artifact, shape), {
        ...feeds,
        steps: { shape: [], data: Int32Array.of(0) },
      })
      expect(floats(results, 'weights')).toEqual(floats(feeds, 'weights'))
      expect(floats(results, 'moments')).toEqual(floats(feeds, 'moments'))
    },
  )
})

describe('dropout', () => {
  test('with masks of 1 is no dropout', async () => {
    const layers = bodies.dropout
    const [without, shape] = [
      layers.filter((layer) => layer.type !== 'dropout'),
      { classes: 3, clients: 1, batch: 4, slice: 3 },
    ]
    const feeds = adaptFeeds(classifier({ layers }), shape, 1)
    const masked = Object.fromEntries(
      Object.entries(feeds).map(([name, feed]) => [
        name,
        name.startsWith('mask.') ? { ...feed, data: new Float32Array(feed.data.length).fill(1) } : feed,
      ]),
    )
    const unmasked = Object.fromEntries(Object.entries(feeds).filter(([name]) => !name.startsWith('mask.')))
    const dropping = await runOnce(reference, adaptProgram(classifier({ layers }), shape), masked)
    const plain = await runOnce(reference, adaptProgram(classifier({ layers: without }), shape), unmasked)
    expect(floats(dropping, 'weights')).toEqual(floats(plain, 'weights'))
  })

  test('with masks of 0 in front of the head teaches the head its bias alone', async () => {
    const layers = [
      { type: 'dense', units: 6 },
      { type: 'dropout', rate: 0.5 },
    ] as const
    const shape = { classes: 3, clients: 1, batch: 4, slice: 1 }
    const feeds = adaptFeeds(classifier({ layers }), shape, 1)
    const masked = {
      ...feeds,
      'mask.1': { shape: feeds['mask.1']?.shape ?? [], data: new Float32Array(feeds['mask.1']?.data.length ?? 0) },
    }
    const results = await runOnce(reference, adaptProgram(classifier({ layers }), shape), masked)
    const [before, after] = [floats(feeds, 'weights'), floats(results, 'weights')]
    expect(after.subarray(0, -3)).toEqual(before.subarray(0, -3))
    expect(after.subarray(-3)).not.toEqual(before.subarray(-3))
  })
})

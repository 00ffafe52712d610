/** Clients that share a run do not change each other's results. */
import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import type { Tensors } from '../../src/engine/engine.js'
import { adaptProgram } from '../../src/learner/adapt-program.js'
import { featuresProgram, statisticsSize } from '../../src/learner/features-program.js'
import { predictProgram } from '../../src/learner/predict-program.js'
import { seeded } from '../../src/learner/random.js'
import type { Artifact } from '../../src/model/artifact.js'
import { paramsOf, sizeOf } from '../../src/program/program.js'
import { createTestEngine } from '../engines.js'
import { distance, expectClose } from './closeness.js'
import { adaptFeeds, floats, runOnce } from './program-runs.js'
import { bodies, classifier, optimizers, regressor } from './small-models.js'
import { noise } from './small-tasks.js'

const engine = createTestEngine()
afterAll(() => engine.close())

const CLIENTS = 3
const STEPS = 3

const models: Readonly<Record<string, Artifact>> = {
  'strided convolutions': classifier({ optimizer: optimizers['adam, beta1 0, moments carried'] }),
  'convolutions with a bias': classifier({
    layers: bodies['convolutions with a bias'],
    optimizer: optimizers.momentum,
  }),
  'max pools': classifier({ layers: bodies['max pools'] }),
  dropout: classifier({ layers: bodies.dropout, optimizer: optimizers['adam, beta1 0.9, moments carried'] }),
  'batch norms with a prior': classifier({ layers: bodies['batch norms with a prior'] }),
  'a shared body': classifier({ scope: 'head' }),
  'shared kernels': classifier({ scope: 'norm' }),
  regression: regressor(),
}

/** The part of one client of feeds or results; `axis` is where its client axis stands. What has none is for all. */
function ofClient(tensors: Tensors, client: number, axisOf: (name: string) => number | undefined): Tensors {
  return Object.fromEntries(
    Object.entries(tensors).map(([name, { shape, data }]) => {
      const axis = axisOf(name)
      if (axis === undefined) return [name, { shape, data }]
      const [rows, length] = [sizeOf(shape.slice(0, axis)), sizeOf(shape.slice(axis + 1))]
      const part = new Float32Array(rows * length)
      for (let row = 0; row < rows; row++)
        part.set(data.subarray((row * CLIENTS + client) * length, (row * CLIENTS + client + 1) * length), row * length)
      return [name, { shape: [...shape.slice(0, axis), 1, ...shape.slice(axis + 1)], data: part }]
    }),
  )
}

/** Steps come first, then clients; what is shared has neither. */
function adaptAxis(name: string): number | undefined {
  if (name === 'steps' || name === 'shared' || name === 'population') return undefined
  return name === 'weights' || name === 'moments' || name === 'priorShares' ? 0 : 1
}

describe('clients in one run', () => {
  test.each(Object.entries(models))('adapt as each would alone: %s', async (_name, artifact) => {
    const shape = { classes: artifact.task === 'classification' ? 3 : 0, batch: 4, slice: STEPS }
    const [together, alone] = [
      await engine.compile(adaptProgram(artifact, { ...shape, clients: CLIENTS })),
      await engine.compile(adaptProgram(artifact, { ...shape, clients: 1 })),
    ]
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1 }), async (seed) => {
        const feeds = adaptFeeds(artifact, { ...shape, clients: CLIENTS }, seed)
        const results = await together.run(feeds)
        for (let client = 0; client < CLIENTS; client++) {
          const own = await alone.run(ofClient(feeds, client, adaptAxis))
          const shared = ofClient(results, client, adaptAxis)
          for (const name of Object.keys(own)) expectClose(floats(shared, name), floats(own, name), 1e-5)
        }
      }),
      { numRuns: 4, seed: 1 },
    )
  })

  test.each(Object.entries(models))('are seen and answered as each would be alone: %s', async (_name, artifact) => {
    const classes = artifact.task === 'classification' ? 3 : 0
    for (const programOf of [
      (clients: number) => featuresProgram(artifact, { clients, examples: 5 }),
      (clients: number) => predictProgram(artifact, { classes, clients, examples: 5 }),
    ]) {
      const random = seeded(17)
      const feeds = Object.fromEntries(
        paramsOf(programOf(CLIENTS)).map(({ name, type }) => [
          name,
          { shape: type.shape, data: noise(random, sizeOf(type.shape)).map((value) => 0.5 + 0.4 * value) },
        ]),
      )
      const axis = (name: string) => (['shared', 'population'].includes(name) ? undefined : 0)
      const results = await runOnce(engine, programOf(CLIENTS), feeds)
      const alone = await engine.compile(programOf(1))
      for (let client = 0; client < CLIENTS; client++) {
        const own = await alone.run(ofClient(feeds, client, axis))
        const shared = ofClient(results, client, axis)
        for (const name of Object.keys(own)) expectClose(floats(shared, name), floats(own, name), 1e-5)
      }
      await alone.dispose()
    }
  })

  test('have batch statistics of their own', async () => {
    const artifact = classifier()
    const feeds = adaptFeeds(artifact, { classes: 3, clients: CLIENTS, batch: 4, slice: 1 }, 1)
    const [together, brighter] = await Promise.all(
      [1, 100].map((factor) => {
        const x = floats(feeds, 'x').map((value, i) => (i < 4 * 64 ? value : factor * value))
        return runOnce(engine, adaptProgram(artifact, { classes: 3, clients: CLIENTS, batch: 4, slice: 1 }), {
          ...feeds,
          x: { shape: feeds.x?.shape ?? [], data: x },
        })
      }),
    )
    const weights = [together ?? {}, brighter ?? {}].map((results) =>
      floats(
        ofClient(results, 0, () => 0),
        'weights',
      ),
    )
    expect(distance(weights[0] ?? [], weights[1] ?? [])).toBeLessThan(1e-6)
    expect(statisticsSize(artifact)).toBe(2 * 4 + 2 * 5)
  })
})

import { afterAll, describe, expect, test } from 'vitest'
import { OnnxEngine } from '../../../src/engine/onnx/engine.js'
import { expectedTensors, initializationOf, tensorsOf } from '../../../src/learner/initialization.js'
import { InnerLoop } from '../../../src/learner/inner-loop.js'
import { derived, fraction, seeded } from '../../../src/learner/random.js'
import { jointlyTrained } from '../../../src/training/baselines/joint.js'
import { evaluateModel } from '../../../src/training/evaluate/evaluate.js'
import { randomInitialization } from '../../../src/training/start.js'
import type { TaskSource } from '../../../src/training/task.js'
import { TrainingError } from '../../../src/training/training-error.js'
import { expectClose } from '../../learner/closeness.js'
import { bodies, classifier, optimizers, regressor } from '../../learner/small-models.js'
import { Blots, blots, lines } from '../evaluate/toy-sources.js'

const engine = OnnxEngine.create({ workers: 2, threads: 1 })
afterAll(() => engine.close())

const settings = { steps: 120, batch: 16, learningRate: 0.01, seed: 1 }
const training = blots(16)
const unseen = new Blots([16, 17, 18, 19, 20, 21, 22, 23])

describe('joint pre-training', () => {
  test('tells all training classes apart, and its body new ones better than a random body', async () => {
    const artifact = classifier()
    const losses: number[] = []
    const model = await jointlyTrained(engine, artifact, training, settings, (_, loss) => losses.push(loss))
    expect(losses.at(-1)).toBeLessThan(0.5 * Math.log(16))
    const start = randomInitialization(artifact, seeded(derived(1, 0)))
    const random = { artifact, digest: '', tensors: tensorsOf(artifact, start) }
    const protocol = { ways: 3, shots: 1, episodes: 150, seed: 1, steps: 0, protocols: ['served'] as const }
    const [before, after] = [
      await evaluateModel(engine, random, unseen, protocol),
      await evaluateModel(engine, model, unseen, protocol),
    ]
    expect(after.protocols.served?.[0]?.mean).toBeGreaterThan((before.protocols.served?.[0]?.mean ?? 1) + 0.05)
  })

  test.each([
    [
      'a shared head and carried moments',
      { head: { kind: 'shared' } as const, optimizer: optimizers['adam, beta1 0, moments carried'] },
    ],
    ['a scope of norms', { scope: 'norm' as const }],
    ['dropout', { layers: bodies.dropout }],
  ])('gives a model that can be adapted: %s', async (_, changes) => {
    const artifact = classifier(changes)
    const model = await jointlyTrained(engine, artifact, training, { ...settings, steps: 7 })
    const again = await jointlyTrained(engine, artifact, training, { ...settings, steps: 7 })
    expect(again).toEqual(model)
    for (const { name, shape } of expectedTensors(model.artifact))
      expect(model.tensors.get(name)?.shape, name).toEqual(shape)
    // Every part of the body has moved from where it began, whatever the scope of adaptation.
    const start = await jointlyTrained(engine, artifact, training, { ...settings, steps: 1, learningRate: 1e-30 })
    for (const [name, { data }] of model.tensors)
      if (/^\d+\./.test(name)) expect(data, name).not.toEqual(start.tensors.get(name)?.data)
    const { protocols } = await evaluateModel(engine, model, unseen, { ways: 3, shots: 1, episodes: 4, seed: 1 })
    expect(protocols.served?.[0]?.mean).toBeGreaterThan(0)
  })

  test('of functions learns what they have in common', async () => {
    // All of them rise with x by about 2; what differs is small.
    const rising: TaskSource = {
      classes: 0,
      draw: async (random, { shots, queries }) => {
        const offset = 0.1 * fraction(random)
        const part = (count: number) => {
          const inputs = Array.from({ length: count }, () => Float32Array.of(fraction(random), fraction(random)))
          const targets = inputs.map(([x = 0, y = 0]) => Float32Array.of(2 * x + offset, y))
          return { kind: 'regression' as const, inputs, targets }
        }
        return { support: part(shots), queries: part(queries) }
      },
    }
    const layers = [{ type: 'dense', units: 8 }, { type: 'tanh' }, { type: 'dense', units: 2 }] as const
    const model = await jointlyTrained(engine, regressor({ layers }), rising, { ...settings, steps: 400 })
    const { protocols } = await evaluateModel(engine, model, rising, {
      ways: 0,
      shots: 4,
      episodes: 10,
      seed: 1,
      steps: 0,
    })
    expect(protocols.served?.[0]?.mean).toBeLessThan(0.02)
  })

  test('is Adam, in as many runs of the engine as it takes', async () => {
    const { support } = await lines.draw(seeded(1), { ways: 0, shots: 10, queries: 1 })
    const same: TaskSource = { classes: 0, draw: async () => ({ support, queries: support }) }
    const learning = { steps: 130, learningRate: 0.01, seed: 1 }
    const layers = [{ type: 'dense', units: 8 }, { type: 'tanh' }, { type: 'dense', units: 2 }] as const
    const width = { classes: 0, batch: 10, ...learning }
    const artifact = regressor({ layers, optimizer: optimizers['adam, beta1 0.9, moments from zero'], widths: [width] })
    const model = await jointlyTrained(engine, artifact, same, { ...learning, batch: 10 })
    // The same steps by the inner loop, whose order of examples makes no difference to whole batches.
    const adam = { type: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-8, moments: 'zero' } as const
    const loop = await InnerLoop.compile(engine, regressor({ layers, optimizer: adam, widths: [width] }), width)
    const { body, shared } = randomInitialization(artifact, seeded(derived(1, 0)))
    const start = { weights: body, moments: new Float32Array(2 * body.length) }
    expectClose(initializationOf(model).body, (await loop.run(start, { shared }, support, learning)).weights, 1e-3)
  })

  test('says what to do where it cannot go on', async () => {
    const refused = async (work: Promise<unknown>, word: string) => {
      await expect(work).rejects.toThrow(TrainingError)
      await expect(work).rejects.toThrow(word)
    }
    const nameless: TaskSource = {
      classes: 16,
      draw: async (random, episode) => ({ ...(await training.draw(random, episode)), names: undefined }),
    }
    await refused(jointlyTrained(engine, classifier(), nameless, settings), 'names')
    const diverging = { ...settings, learningRate: 1e38 }
    await refused(jointlyTrained(engine, classifier(), training, diverging), 'smaller learning rate')
  })
})

/** Models that adapt less than was meta-trained. */
import { afterAll, describe, expect, test } from 'vitest'
import { OnnxEngine } from '../../src/engine/onnx/engine.js'
import { modelOf } from '../../src/learner/initialization.js'
import { seeded } from '../../src/learner/random.js'
import { evaluateModel } from '../../src/training/evaluate/evaluate.js'
import { servedInitialization, trainedArtifact } from '../../src/training/served.js'
import { randomInitialization } from '../../src/training/start.js'
import { bodies, classifier, optimizers } from '../learner/small-models.js'
import { blots } from './evaluate/toy-sources.js'

const engine = OnnxEngine.create({ workers: 1, threads: 1 })
afterAll(() => engine.close())

describe.each(['norm', 'head'] as const)('a model whose clients adapt its %s alone', (scope) => {
  const artifact = classifier({
    scope,
    optimizer: optimizers['adam, beta1 0, moments carried'],
    layers: bodies['batch norms with a prior'],
  })
  const settings = { meta: { scope: 'all' as const }, seed: 1 }
  const whole = trainedArtifact(artifact, settings.meta)

  test('has every weight of the one that was trained, all of which adapted, and can be adapted', async () => {
    const trained = randomInitialization(whole, seeded(1))
    const served = await servedInitialization(engine, artifact, settings, trained, blots(8))
    const [before, after] = [modelOf(whole, trained).tensors, modelOf(artifact, served).tensors]
    for (const [name, tensor] of after) if (!/mean|variance/.test(name)) expect(tensor, name).toEqual(before.get(name))
    expect(served.shared.length).toBeGreaterThan(0)
    expect(served.population).toHaveLength(8)
    const tasks = { ways: 3, shots: 1, episodes: 4, seed: 1 }
    const { protocols } = await evaluateModel(engine, modelOf(artifact, served), blots(8), tasks)
    expect(protocols.served?.[0]?.mean).toBeGreaterThan(0)
  })
})

test('without a scope of its own a meta-training adapts what clients adapt', async () => {
  const artifact = classifier({ scope: 'norm' })
  const trained = randomInitialization(artifact, seeded(1))
  expect(trainedArtifact(artifact, {})).toEqual(artifact)
  expect(await servedInitialization(engine, artifact, { meta: {}, seed: 1 }, trained, blots(8))).toEqual(trained)
})

test('what is measured after a meta-training has no part in it', () => {
  const layers = bodies['batch norms with a prior']
  const plain = layers.map((layer) => (layer.type === 'batchNorm' ? { ...layer, prior: undefined } : layer))
  const head = { kind: 'prototypes', scale: 0.3, gaussian: { shrinkage: 3, temper: 0.5 } } as const
  const trained = trainedArtifact(classifier({ layers, head }))
  expect(trained).toEqual(classifier({ layers: plain, head: { kind: 'prototypes', scale: 0.3 } }))
})

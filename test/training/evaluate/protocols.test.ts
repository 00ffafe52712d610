import { afterAll, describe, expect, test } from 'vitest'
import { OnnxEngine } from '../../../src/engine/onnx/engine.js'
import { headFromPrototypes } from '../../../src/learner/head.js'
import { initializationOf } from '../../../src/learner/initialization.js'
import { seeded } from '../../../src/learner/random.js'
import { concatenated } from '../../../src/learner/vectors.js'
import { Answers, protocols } from '../../../src/training/evaluate/protocols.js'
import { expectClose } from '../../learner/closeness.js'
import { bodies, classifier, modelOf } from '../../learner/small-models.js'
import { blots } from './toy-sources.js'

const engine = OnnxEngine.create({ workers: 1, threads: 1 })
afterAll(() => engine.close())

const WAYS = 3
const { support, queries } = await blots(9).draw(seeded(3), { ways: WAYS, shots: 2, queries: 2 })

async function setUp(layers: (typeof bodies)[keyof typeof bodies], asked = queries.inputs.length) {
  const artifact = classifier({ layers })
  const initialization = initializationOf(modelOf(artifact))
  const size = { support: support.inputs.length, queries: asked }
  const answers = await Answers.compile(engine, artifact, initialization, size, WAYS, protocols)
  const { features } = await answers.features.of(initialization.body, initialization, support.inputs)
  if (support.kind !== 'classification') throw new Error('not a task of classes')
  const head = headFromPrototypes(features, support.classOf, WAYS, WAYS, 0.5)
  const weights = concatenated(initialization.body, head)
  return {
    of: (protocol: (typeof protocols)[number], inputs: readonly Float32Array[] = queries.inputs) =>
      answers.of(protocol, weights, support.inputs, inputs),
  }
}

function softmax(logits: Float32Array): Float32Array {
  const exps = logits.map((logit) => Math.exp(logit))
  const sum = exps.reduce((total, value) => total + value, 0)
  return exps.map((value) => value / sum)
}

function expectAlike(actual: readonly Float32Array[], expected: readonly Float32Array[]): void {
  expect(actual).toHaveLength(expected.length)
  actual.forEach((row, index) => {
    expectClose(row, expected[index] ?? new Float32Array(0), 1e-4)
  })
}

describe('protocols', () => {
  test('without batch norms they are one', async () => {
    const { of } = await setUp(bodies['convolutions with a bias'])
    const served = await of('served')
    expectAlike((await of('transductive')).map(softmax), served)
    expectAlike((await of('one-query')).map(softmax), served)
  })

  test('transductive depends on the other queries, the others do not', async () => {
    const { of } = await setUp(bodies['strided convolutions'])
    const others = [...queries.inputs.slice(0, 1), ...queries.inputs.slice(1).map((input) => input.map((x) => 1 - x))]
    for (const protocol of protocols) {
      const [[first], [again]] = [await of(protocol), await of(protocol, others)]
      const distance = Math.max(...(first ?? []).map((x, i) => Math.abs(x - (again?.[i] ?? 0))))
      if (protocol === 'transductive') expect(distance).toBeGreaterThan(1e-3)
      else expect(distance).toBe(0)
    }
  })

  test('one-query is transductive with the support set and that query', async () => {
    const size = support.inputs.length + 1
    const alone = await setUp(bodies['strided convolutions'])
    const together = await setUp(bodies['strided convolutions'], size)
    const expected: Float32Array[] = []
    for (const query of queries.inputs)
      expected.push(...(await together.of('transductive', [...support.inputs, query])).slice(-1))
    expectAlike(await alone.of('one-query'), expected)
  })

  test('served takes the statistics of the support set, so it answers about that as transductive does', async () => {
    const { of } = await setUp(bodies['strided convolutions'], support.inputs.length)
    expectAlike(await of('served', support.inputs), (await of('transductive', support.inputs)).map(softmax))
  })
})

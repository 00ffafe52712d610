/** A first convolution and its batch norm are one product; a bias of zero keeps them apart and changes nothing. */
import { describe, expect, test } from 'vitest'
import { ReferenceEngine } from '../../src/engine/reference.js'
import { adaptProgram } from '../../src/learner/adapt-program.js'
import type { Layer } from '../../src/model/artifact.js'
import { expectClose } from './closeness.js'
import { adaptFeeds, floats, runOnce } from './program-runs.js'
import { bodies, classifier } from './small-models.js'

const engine = new ReferenceEngine()
const FILTERS = 4
const STEPS = 4

const first = (kernel: number, stride: number, padding: number): Layer => ({
  type: 'conv2d',
  filters: FILTERS,
  kernel,
  stride,
  padding,
  bias: false,
})
const norm: Layer = { type: 'batchNorm', epsilon: 0.01 }
const bodiesByName: Readonly<Record<string, readonly Layer[]>> = {
  'ReLU behind it, another convolution next': bodies['strided convolutions'],
  'ReLU and a max pool next': bodies['max pools'],
  'tanh behind it': [first(3, 1, 1), norm, { type: 'tanh' }],
  'dropout behind it': bodies.dropout.slice(0, 2),
  'nothing behind it': [first(3, 2, 0), norm],
  'a kernel of one pixel': [first(1, 1, 0), norm, { type: 'relu' }],
  'a stride beyond the kernel': [first(2, 3, 0), norm, { type: 'relu' }, { type: 'dense', units: 5 }],
  'three strides in a row': [
    first(3, 2, 1),
    norm,
    { type: 'relu' },
    first(3, 3, 1),
    norm,
    { type: 'relu' },
    first(2, 2, 1),
  ],
}

describe.each([1, 3] as const)('the first convolution of images of %i channels', (channels) => {
  test.each(Object.entries(bodiesByName))('adapts alike with and without a bias of zero: %s', async (_name, layers) => {
    const input = { kind: 'image', height: 8, width: 7, channels, polarity: 'asis' } as const
    const [fused, apart] = [
      classifier({ layers, input }),
      classifier({ layers: layers.map((layer, i) => (i === 0 ? ({ ...layer, bias: true } as Layer) : layer)), input }),
    ]
    const shape = { classes: 3, clients: 1, batch: 4, slice: STEPS }
    const feeds = adaptFeeds(fused, shape, 3)
    const kernel = Number(layers[0]?.type === 'conv2d' && layers[0].kernel) ** 2 * channels * FILTERS
    const weights = withZeros(floats(feeds, 'weights'), kernel, FILTERS)
    const expected = await runOnce(engine, adaptProgram(apart, shape), {
      ...feeds,
      weights: { shape: [1, weights.length], data: weights },
    })
    const actual = await runOnce(engine, adaptProgram(fused, shape), feeds)
    expectClose(floats(actual, 'losses'), floats(expected, 'losses'), 1e-6)
    // Batch norm takes a bias away again, so it has no gradient and stays at zero.
    const bias = floats(expected, 'weights').subarray(kernel, kernel + FILTERS)
    expectClose(bias, new Float32Array(FILTERS), 1e-7)
    expectClose(withZeros(floats(actual, 'weights'), kernel, FILTERS), floats(expected, 'weights'), 1e-6)
    expect(floats(actual, 'weights')).not.toEqual(floats(feeds, 'weights'))
  })
})

test('takes its first step alike with and without a bias of zero where statistics are mixed with known ones', async () => {
  const layers = [first(3, 2, 1), { ...norm, prior: 3 }, ...bodies['strided convolutions'].slice(2)] as const
  const [fused, apart] = [
    classifier({ layers }),
    classifier({ layers: [{ ...layers[0], bias: true } as Layer, ...layers.slice(1)] }),
  ]
  const shape = { classes: 3, clients: 2, batch: 4, slice: 1 }
  const feeds = adaptFeeds(fused, shape, 3)
  const kernel = 3 ** 2 * FILTERS
  const [weights, others] = clientsOf(floats(feeds, 'weights')).map((own) => withZeros(own, kernel, FILTERS))
  const both = Float32Array.of(...(weights ?? []), ...(others ?? []))
  const expected = await runOnce(engine, adaptProgram(apart, shape), {
    ...feeds,
    weights: { shape: [2, both.length / 2], data: both },
  })
  const actual = await runOnce(engine, adaptProgram(fused, shape), feeds)
  expectClose(floats(actual, 'losses'), floats(expected, 'losses'), 1e-6)
  // A bias has a gradient here, for known statistics do not follow it.
  const withoutBias = clientsOf(floats(expected, 'weights')).flatMap((own) => [
    ...own.subarray(0, kernel),
    ...own.subarray(kernel + FILTERS),
  ])
  expectClose(floats(actual, 'weights'), withoutBias, 1e-6)
})

function clientsOf(numbers: Float32Array): Float32Array[] {
  return [numbers.subarray(0, numbers.length / 2), numbers.subarray(numbers.length / 2)]
}

function withZeros(numbers: Float32Array, place: number, count: number): Float32Array {
  return Float32Array.of(...numbers.subarray(0, place), ...new Float32Array(count), ...numbers.subarray(place))
}

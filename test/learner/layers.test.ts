/** What each layer computes, against loops that read like its definition. */
import { describe, test } from 'vitest'
import { ReferenceEngine } from '../../src/engine/reference.js'
import { featuresProgram } from '../../src/learner/features-program.js'
import { seeded } from '../../src/learner/random.js'
import type { Layer } from '../../src/model/artifact.js'
import { at } from '../../src/program/program.js'
import { expectClose } from './closeness.js'
import { floats, runOnce } from './program-runs.js'
import { classifier } from './small-models.js'
import { noise } from './small-tasks.js'

const EXAMPLES = 3
const HEIGHT = 7
const WIDTH = 6
const CHANNELS = 3

/** Image [channel][row][column]. */
type Image = number[][][]
type Apply = (images: Image[], parameters: readonly number[]) => Image[]

const grid = (
  channels: number,
  height: number,
  width: number,
  value: (channel: number, row: number, column: number) => number,
): Image =>
  Array.from({ length: channels }, (_, c) =>
    Array.from({ length: height }, (_, y) => Array.from({ length: width }, (_, x) => value(c, y, x))),
  )
const pixel = (image: Image, channel: number, row: number, column: number): number =>
  image[channel]?.[row]?.[column] ?? 0
const sum = (count: number, term: (index: number) => number): number =>
  Array.from({ length: count }, (_, index) => term(index)).reduce((a, b) => a + b, 0)

/** A kernel [3, 3, in, 2], and behind it a bias [2]. */
const convolution =
  (stride: number, padding: number, bias: boolean): Apply =>
  (images, parameters) => {
    const count = (length: number) => Math.floor((length + 2 * padding - 3) / stride) + 1
    return images.map((image) =>
      grid(2, count(HEIGHT), count(WIDTH), (filter, row, column) => {
        const tap = (dy: number, dx: number, c: number) => at(parameters, ((dy * 3 + dx) * CHANNELS + c) * 2 + filter)
        const product = sum(3, (dy) =>
          sum(3, (dx) =>
            sum(
              CHANNELS,
              (c) => tap(dy, dx, c) * pixel(image, c, row * stride + dy - padding, column * stride + dx - padding),
            ),
          ),
        )
        return product + (bias ? at(parameters, 9 * CHANNELS * 2 + filter) : 0)
      }),
    )
  }

const pool =
  (size: number, stride: number): Apply =>
  (images) =>
    images.map((image) =>
      grid(
        CHANNELS,
        Math.floor((HEIGHT - size) / stride) + 1,
        Math.floor((WIDTH - size) / stride) + 1,
        (c, row, column) =>
          Math.max(
            ...Array.from({ length: size * size }, (_, i) =>
              pixel(image, c, row * stride + Math.floor(i / size), column * stride + (i % size)),
            ),
          ),
      ),
    )

const pointwise =
  (f: (value: number) => number): Apply =>
  (images) =>
    images.map((image) => image.map((rows) => rows.map((row) => row.map(f))))

/** scale [channels], then shift [channels]; statistics of all examples. */
const normalization: Apply = (images, parameters) => {
  const values = (c: number) => images.flatMap((image) => image[c]?.flat() ?? [])
  const meanOf = (numbers: number[]) => numbers.reduce((a, b) => a + b, 0) / numbers.length
  return images.map((image) =>
    image.map((rows, c) => {
      const mean = meanOf(values(c))
      const variance = meanOf(values(c).map((value) => (value - mean) ** 2))
      return rows.map((row) =>
        row.map(
          (value) => (at(parameters, c) * (value - mean)) / Math.sqrt(variance + 0.01) + at(parameters, CHANNELS + c),
        ),
      )
    }),
  )
}

/** weight [4, channels * height * width], then bias [4]; the inputs in the order channel, row, column. */
const dense: Apply = (images, parameters) =>
  images.map((image) => {
    const values = image.flat(2)
    return grid(
      4,
      1,
      1,
      (unit) =>
        sum(values.length, (i) => at(parameters, unit * values.length + i) * at(values, i)) +
        at(parameters, 4 * values.length + unit),
    )
  })

const conv2d = (stride: number, padding: number, bias: boolean): Layer => ({
  type: 'conv2d',
  filters: 2,
  kernel: 3,
  stride,
  padding,
  bias,
})

const rows: readonly { readonly name: string; readonly layer: Layer; readonly expected: Apply }[] = [
  { name: 'a convolution', layer: conv2d(1, 1, false), expected: convolution(1, 1, false) },
  { name: 'a convolution with a bias', layer: conv2d(1, 1, true), expected: convolution(1, 1, true) },
  { name: 'a convolution without padding', layer: conv2d(1, 0, true), expected: convolution(1, 0, true) },
  { name: 'a convolution with a stride', layer: conv2d(2, 1, false), expected: convolution(2, 1, false) },
  { name: 'a max pool', layer: { type: 'maxPool', size: 2, stride: 2 }, expected: pool(2, 2) },
  { name: 'a max pool that overlaps', layer: { type: 'maxPool', size: 3, stride: 2 }, expected: pool(3, 2) },
  { name: 'a ReLU', layer: { type: 'relu' }, expected: pointwise((value) => Math.max(0, value)) },
  { name: 'a tanh', layer: { type: 'tanh' }, expected: pointwise(Math.tanh) },
  { name: 'a batch norm', layer: { type: 'batchNorm', epsilon: 0.01 }, expected: normalization },
  { name: 'a dense layer', layer: { type: 'dense', units: 4 }, expected: dense },
  {
    name: 'dropout, of which nothing is left behind the inner loop',
    layer: { type: 'dropout', rate: 0.5 },
    expected: pointwise((value) => value),
  },
]

describe('the features of three images behind', () => {
  test.each(rows)('$name', async ({ layer, expected }) => {
    const artifact = classifier({
      layers: [layer],
      input: { kind: 'image', height: HEIGHT, width: WIDTH, channels: CHANNELS, polarity: 'asis' },
    })
    const program = featuresProgram(artifact, { clients: 1, examples: EXAMPLES })
    const weights =
      program.nodes.flatMap((node) =>
        node.op === 'param' && node.attrs.name === 'weights' ? node.attrs.type.shape : [],
      )[1] ?? 0
    const random = seeded(3)
    const [x, parameters] = [noise(random, EXAMPLES * HEIGHT * WIDTH * CHANNELS), noise(random, weights)]
    const results = await runOnce(new ReferenceEngine(), program, {
      ...(weights > 0 ? { weights: { shape: [1, weights], data: parameters } } : {}),
      x: { shape: [1, EXAMPLES, HEIGHT * WIDTH * CHANNELS], data: x },
      exampleWeights: { shape: [1, EXAMPLES], data: new Float32Array(EXAMPLES).fill(1 / EXAMPLES) },
    })
    // Inputs come channels last: [height, width, channels].
    const images = Array.from({ length: EXAMPLES }, (_, n) =>
      grid(CHANNELS, HEIGHT, WIDTH, (c, row, column) => at(x, ((n * HEIGHT + row) * WIDTH + column) * CHANNELS + c)),
    )
    expectClose(floats(results, 'features'), expected(images, Array.from(parameters)).flat(3), 1e-6)
  })
})

/** A convolution with its gradients on the onnx engine, whose lowering rewrites it, against float64: sizes, strides, phases, clients. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Engine } from '../../src/engine/engine.js'
import { evaluate } from '../../src/engine/reference.js'
import { Builder } from '../../src/program/builder.js'
import { differentiate } from '../../src/program/differentiate.js'
import { phaseSizes } from '../../src/program/positions.js'
import { type Program, paramsOf, sizeOf, type Value } from '../../src/program/program.js'
import { createTestEngine } from '../engines.js'

interface Shape {
  readonly clients: number
  readonly height: number
  readonly width: number
  readonly size: number
  readonly stride: number
  readonly padding: number
  readonly inputPhases: number
}

const shapes: readonly Shape[] = [
  { clients: 1, height: 6, width: 6, size: 3, stride: 2, padding: 1, inputPhases: 1 },
  { clients: 1, height: 6, width: 6, size: 3, stride: 2, padding: 1, inputPhases: 2 },
  { clients: 1, height: 7, width: 5, size: 3, stride: 2, padding: 1, inputPhases: 2 },
  { clients: 1, height: 5, width: 7, size: 3, stride: 1, padding: 1, inputPhases: 1 },
  { clients: 1, height: 4, width: 4, size: 2, stride: 3, padding: 0, inputPhases: 3 },
  { clients: 1, height: 1, width: 4, size: 3, stride: 2, padding: 1, inputPhases: 2 },
  { clients: 2, height: 7, width: 5, size: 3, stride: 2, padding: 1, inputPhases: 2 },
]
const CHANNELS = 3
const FILTERS = 4
const EXAMPLES = 2

describe('a convolution and its gradients', () => {
  let engine: Engine
  beforeAll(() => {
    engine = createTestEngine()
  })
  afterAll(() => engine.close())

  test.each(shapes.flatMap((shape) => [false, true].map((parts) => ({ ...shape, parts }))))(
    '$clients clients, $height x $width, size $size, stride $stride, phases $inputPhases, input in parts: $parts',
    async ({ parts, ...shape }) => {
      const program = convolution(shape, parts)
      const feeds = paramsOf(program).map(
        ({ name, type }) =>
          [name, Float32Array.from({ length: sizeOf(type.shape) }, (_, i) => Math.sin(i * 0.7 + name.length))] as const,
      )
      const executable = await engine.compile(program)
      const results = await executable.run(
        Object.fromEntries(
          feeds.map(([name, data], i) => [name, { shape: paramsOf(program)[i]?.type.shape ?? [], data }]),
        ),
      )
      const expected = evaluate(
        program,
        Object.fromEntries(feeds.map(([name, data]) => [name, Float64Array.from(data)])),
      )
      for (const [name, numbers] of Object.entries(expected)) {
        const data = results[name]?.data ?? []
        expect(data.length).toBe(numbers.length)
        numbers.forEach((number, i) => {
          expect(data[i]).toBeCloseTo(number, 4)
        })
      }
    },
  )
})

/** Loss = sum of squares of the convolution; `parts`: the input comes as one concatenated part a phase. */
function convolution({ clients, height, width, size, stride, padding, inputPhases }: Shape, parts: boolean): Program {
  const b = new Builder()
  const rows = height * width * EXAMPLES
  const sizes = parts ? phaseSizes(height, width, inputPhases).map((count) => count * EXAMPLES) : [rows]
  const inputs = sizes.map((count, i) => b.param(`x${i}`, [clients, count, CHANNELS]))
  const weight = b.param('weight', [clients, size * size * CHANNELS, FILTERS])
  const images = b.reshape(b.concat(inputs, 1), [clients, height, width, EXAMPLES, CHANNELS])
  const windows = b.windows(images, { size, stride, padding, inputPhases })
  const [, h, w, n, taps] = windows.type.shape as [number, number, number, number, number]
  const y = b.matmul(b.reshape(windows, [clients, h * w * n, taps]), weight)
  const loss = b.reshape(b.sum(b.mul(y, y), [0, 1, 2]), [1])
  const gradients = differentiate(b, loss, [...inputs, weight])
  return b.build({ y, ...Object.fromEntries(gradients.map((gradient, i): [string, Value] => [`d${i}`, gradient])) })
}

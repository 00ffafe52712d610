/** The made inputs of golden.json, bit for bit those of inputs.py, where the formula is told. */
import type { InputSpec } from '../../src/model/artifact.js'

type Draw = () => number

function drawsFrom(seed: number): Draw {
  let state = seed
  return () => {
    state = (Math.imul(1664525, state) + 1013904223) >>> 0
    return (state >>> 16) / 2 ** 16
  }
}

const times = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index))

/** `support` examples and then `queries`, flat and row-major, channels last. `classes` 0: regression. */
export function makeInputs(spec: InputSpec, classes: number, seed: number, support: number, queries: number) {
  const draw = drawsFrom(seed)
  const make = spec.kind === 'image' ? imageMaker(spec, classes, draw) : valuesMaker(spec.length, classes, draw)
  return { support: times(support, make), queries: times(queries, (query) => make(support + query)) }
}

/** The targets of a regression. */
export function makeTargets(inputs: readonly Float32Array[], outputs: number): Float32Array[] {
  return inputs.map((input) => Float32Array.from({ length: outputs }, (_, j) => Math.abs(input[0] ?? 0) / 2 - 1 + j))
}

/** Classes take turns: the pattern of example number `example`. */
const patternOf = <T>(patterns: readonly T[][], example: number): T[] => patterns[example % patterns.length] ?? []

function imageMaker({ height, width, channels }: Extract<InputSpec, { kind: 'image' }>, classes: number, draw: Draw) {
  const [rows, columns] = [Math.ceil(height / 4), Math.ceil(width / 4)]
  const patterns = times(classes, () => times(rows * columns, () => draw() < 0.3))
  return (example: number): Float32Array => {
    const pattern = patternOf(patterns, example)
    const values = times(height * width * channels, (index) => {
      const pixel = Math.floor(index / channels)
      const cell = Math.floor(Math.floor(pixel / width) / 4) * columns + Math.floor((pixel % width) / 4)
      return pattern[cell] ? 1 - draw() / 4 : draw() / 4
    })
    return Float32Array.from(values)
  }
}

function valuesMaker(length: number, classes: number, draw: Draw) {
  if (classes === 0) return () => Float32Array.from(times(length, () => 10 * draw() - 5))
  const patterns = times(classes, () => times(length, () => 2 * draw() - 1))
  return (example: number): Float32Array =>
    Float32Array.from(patternOf(patterns, example).map((value) => value + draw() / 4))
}

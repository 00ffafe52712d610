import { describe, expect, test } from 'vitest'
import { parseValues, toFloats } from '../../src/codec/values.js'
import { takesValues, valuesToInput } from '../../src/codec/values-to-input.js'
import { drawing } from './images.js'

test('numbers that 32 bits cannot hold', () => {
  expect(() => toFloats([1, 1e300])).toThrow('The value at position 1')
})

describe('numbers with commas between', () => {
  test.each([
    ['0.5,1.5', [0.5, 1.5]],
    [' -1 ,\t+2e1,.25,3.\r\n', [-1, 20, 0.25, 3]],
    ['7', [7]],
  ])('%j', (text, values) => expect(parseValues(text)).toEqual(Float32Array.from(values)))

  test.each(['', ',', '1,', 'a', '1 2', '0x10', 'NaN', 'Infinity', '1;2', '--1', '1e'])('%j are none', (text) =>
    expect(parseValues(text)).toBe(undefined),
  )

  test('beyond 32 bits', () => expect(() => parseValues('1,1e39')).toThrow('The value at position 1'))
})

describe('as the input of a model', () => {
  const numbers = { kind: 'values', length: 2 } as const

  test('as many as it takes', () => {
    expect(valuesToInput(Float32Array.of(1, -2.5), numbers)).toEqual(Float32Array.of(1, -2.5))
    expect(valuesToInput(new Float32Array(64), drawing)).toHaveLength(64)
  })

  test('scaled as its features say', () => {
    const features = [
      { name: 'length', mean: 10, deviation: 4 },
      { name: 'weight', mean: 1, deviation: 1e-30 },
    ]
    const scaled = { ...numbers, features }
    expect(valuesToInput(Float32Array.of(12, 1), scaled)).toEqual(Float32Array.of(0.5, 0))
    expect(() => valuesToInput(Float32Array.of(12, 1e9), scaled)).toThrow(
      'The value 1000000000 of weight is out of all',
    )
  })

  test('too few', () => {
    expect(() => valuesToInput(Float32Array.of(1), numbers)).toThrow('There are 1 values here; the model takes 2.')
    expect(takesValues(numbers)).toBe('This model takes values; send 2 of them instead of an image.')
  })
})

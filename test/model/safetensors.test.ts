/** The weights' format: what is written is read again, and what is damaged is refused. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type NamedTensor, readSafetensors, writeSafetensors } from '../../src/model/safetensors.js'

const tensorsByName = (tensors: Record<string, NamedTensor>): Map<string, NamedTensor> =>
  new Map(Object.entries(tensors))
const example = tensorsByName({
  a: { shape: [2], data: Float32Array.of(1, -2) },
  b: { shape: [], data: Float32Array.of(0.5) },
})

/** A file with this header, and `bytes` bytes of numbers behind it. */
function fileWith(header: unknown, bytes: number): Uint8Array {
  const text = new TextEncoder().encode(typeof header === 'string' ? header : JSON.stringify(header))
  const file = new Uint8Array(8 + text.length + bytes)
  new DataView(file.buffer).setBigUint64(0, BigInt(text.length), true)
  file.set(text, 8)
  return file
}

describe('what is written', () => {
  const tensors = fc
    .dictionary(
      fc.string({ unit: 'grapheme' }).filter((name) => name !== '__metadata__'),
      fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 3 }),
    )
    .chain((shapes) =>
      fc.tuple(
        ...Object.entries(shapes).map(([name, shape]) =>
          tensorOf(shape).map((data) => [name, { shape, data }] as const),
        ),
      ),
    )

  test('is read again, bit by bit', () => {
    fc.assert(
      fc.property(tensors, (entries) => {
        const read = readSafetensors(writeSafetensors(new Map(entries)))
        expect([...read.keys()].sort()).toEqual(entries.map(([name]) => name).sort())
        for (const [name, { shape, data }] of entries) {
          expect(read.get(name)?.shape).toEqual(shape)
          expect(bytesOf(read.get(name)?.data)).toEqual(bytesOf(data))
        }
      }),
      { seed: 1 },
    )
  })

  test('is read from anywhere in a larger buffer', () => {
    const bytes = writeSafetensors(example)
    const larger = new Uint8Array(bytes.length + 3)
    larger.set(bytes, 3)
    expect(readSafetensors(larger.subarray(3))).toEqual(readSafetensors(bytes))
  })

  test('takes a part of a larger array as what it is', () => {
    const part = Float32Array.of(9, 1, 2, 9).subarray(1, 3)
    expect([
      ...(readSafetensors(writeSafetensors(tensorsByName({ a: { shape: [2], data: part } }))).get('a')?.data ?? []),
    ]).toEqual([1, 2])
  })

  test('is the format as others write and read it', () => {
    const [header, numbers] = [
      '{"w":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]}}',
      [0, 0, 128, 63, 0, 0, 0, 192],
    ]
    const file = Uint8Array.from([header.length, 0, 0, 0, 0, 0, 0, 0, ...new TextEncoder().encode(header), ...numbers])
    const tensors = tensorsByName({ w: { shape: [1, 2], data: Float32Array.of(1, -2) } })
    expect(writeSafetensors(tensors)).toEqual(file)
    expect(readSafetensors(file)).toEqual(tensors)
  })

  test('by others may hold metadata and spaces', () => {
    const header = `{"__metadata__":{"format":"pt"},"w":{"dtype":"F32","shape":[],"data_offsets":[0,4]}}      `
    expect([...readSafetensors(fileWith(header, 4)).keys()]).toEqual(['w'])
  })
})

function tensorOf(shape: readonly number[]): fc.Arbitrary<Float32Array> {
  const length = shape.reduce((product, axis) => product * axis, 1)
  return fc.array(fc.float(), { minLength: length, maxLength: length }).map((numbers) => Float32Array.from(numbers))
}

function bytesOf(data: Float32Array | undefined): number[] {
  return data ? [...new Uint8Array(data.buffer, data.byteOffset, data.byteLength)] : []
}

describe('what is damaged is refused', () => {
  const entry = { dtype: 'F32', shape: [2], data_offsets: [0, 8] }
  const rows: readonly [string, Uint8Array, RegExp][] = [
    ['nothing at all', new Uint8Array(0), /cut off: its header is longer than the file/],
    ['fewer bytes than a length has', new Uint8Array(7), /cut off: its header is longer/],
    ['a header that ends behind the file', fileWith({ a: entry }, 0).subarray(0, 20), /cut off: its header is longer/],
    ['a length beyond all numbers', new Uint8Array(16).fill(255), /cut off: its header is longer/],
    ['a header that is no JSON', fileWith('{"a":', 8), /header is not JSON/],
    ['a header of zeros', new Uint8Array(16).fill(0, 1).fill(8, 0, 1), /header is not JSON/],
    ['a header that is no object', fileWith('null', 8), /header is not an object/],
    ['a header that is a number', fileWith('7', 8), /header is not an object/],
    ['a tensor that is null', fileWith({ a: null }, 8), /does not describe tensor a/],
    ['a tensor without a type', fileWith({ a: { ...entry, dtype: undefined } }, 8), /does not describe tensor a/],
    [
      'a tensor without offsets',
      fileWith({ a: { ...entry, data_offsets: undefined } }, 8),
      /does not describe tensor a/,
    ],
    ['a negative shape', fileWith({ a: { ...entry, shape: [-2] } }, 8), /does not describe tensor a/],
    ['a broken shape', fileWith({ a: { ...entry, shape: [1.5] } }, 8), /does not describe tensor a/],
    ['one offset', fileWith({ a: { ...entry, data_offsets: [0] } }, 8), /does not describe tensor a/],
    [
      'another type',
      fileWith({ a: { ...entry, dtype: 'F16', data_offsets: [0, 4] } }, 8),
      /tensor a is F16, and only F32 can be read/,
    ],
    [
      'fewer bytes than the shape needs',
      fileWith({ a: { ...entry, data_offsets: [0, 4] } }, 8),
      /tensor a has 4 bytes for shape \[2\]/,
    ],
    ['offsets the wrong way round', fileWith({ a: { ...entry, data_offsets: [8, 0] } }, 8), /tensor a has -8 bytes/],
    ['numbers that are cut off', fileWith({ a: entry }, 7), /cut off in tensor a/],
    ['offsets behind the file', fileWith({ a: { ...entry, data_offsets: [4, 12] } }, 8), /cut off in tensor a/],
  ]

  test.each(rows)('%s', (_name, bytes, message) => {
    expect(() => readSafetensors(bytes)).toThrow(message)
  })

  test('every file that ends too early', () => {
    const bytes = writeSafetensors(example)
    for (let length = 0; length < bytes.length; length++)
      expect(() => readSafetensors(bytes.subarray(0, length))).toThrow(/cut off|JSON/)
  })

  test('a changed byte gives an error in words, or numbers, but never hangs or crashes', () => {
    const bytes = writeSafetensors(example)
    fc.assert(
      fc.property(fc.nat({ max: bytes.length - 1 }), fc.integer({ min: 0, max: 255 }), (place, value) => {
        const damaged = bytes.slice().fill(value, place, place + 1)
        try {
          for (const { shape, data } of readSafetensors(damaged).values())
            expect(data).toHaveLength(shape.reduce((product, axis) => product * axis, 1))
        } catch (error) {
          expect(String(error)).toMatch(/^Error: (it is cut off|its header|tensor )/)
        }
      }),
      { numRuns: 2000, seed: 1 },
    )
  })
})

/**
 * The safetensors format: 8 bytes with the length of a JSON header, the header (name -> dtype, shape, offsets), then the
 * numbers, little-endian. Only float32 is read and written. (No kept npm package reads it; the format is these few lines.)
 */
import { endianness } from 'node:os'

export interface NamedTensor {
  readonly shape: readonly number[]
  readonly data: Float32Array
}

interface Entry {
  readonly dtype: string
  readonly shape: number[]
  readonly data_offsets: [number, number]
}

const LENGTH_BYTES = 8

/** Throws Error with a sentence (without the file's name) where the bytes are no sound safetensors file of float32. */
export function readSafetensors(bytes: Uint8Array): Map<string, NamedTensor> {
  if (endianness() !== 'LE') throw new Error('weights can be read on little-endian machines only')
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const headerLength = bytes.byteLength >= LENGTH_BYTES ? Number(view.getBigUint64(0, true)) : Number.POSITIVE_INFINITY
  const start = LENGTH_BYTES + headerLength
  if (start > bytes.byteLength) throw new Error('it is cut off: its header is longer than the file')
  const header = parseHeader(new TextDecoder().decode(bytes.subarray(LENGTH_BYTES, start)))
  return new Map(header.map(([name, entry]) => [name, readTensor(name, entry, bytes.subarray(start))]))
}

export function writeSafetensors(tensors: ReadonlyMap<string, NamedTensor>): Uint8Array {
  let offset = 0
  const entries = [...tensors].map(([name, { shape, data }]): [string, Entry] => {
    const begin = offset
    offset += data.byteLength
    return [name, { dtype: 'F32', shape: [...shape], data_offsets: [begin, offset] }]
  })
  // The format wants the numbers aligned; spaces behind the header are allowed for that.
  const json = JSON.stringify(Object.fromEntries(entries))
  const header = new TextEncoder().encode(json.padEnd(Math.ceil(json.length / LENGTH_BYTES) * LENGTH_BYTES))
  const bytes = new Uint8Array(LENGTH_BYTES + header.length + offset)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(header.length), true)
  bytes.set(header, LENGTH_BYTES)
  let at = LENGTH_BYTES + header.length
  for (const { data } of tensors.values()) {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at)
    at += data.byteLength
  }
  return bytes
}

function parseHeader(text: string): [string, Entry][] {
  let parsed: unknown
  try {
    parsed = JSON.parse(text)
  } catch {
    throw new Error('its header is not JSON')
  }
  if (typeof parsed !== 'object' || parsed === null) throw new Error('its header is not an object')
  return Object.entries(parsed).flatMap(([name, entry]): [string, Entry][] => {
    if (name === '__metadata__') return []
    if (!isEntry(entry)) throw new Error(`its header does not describe tensor ${name}`)
    return [[name, entry]]
  })
}

function isEntry(value: unknown): value is Entry {
  const { dtype, shape, data_offsets: offsets } = (value ?? {}) as Partial<Record<keyof Entry, unknown>>
  const numbers = (list: unknown): list is number[] =>
    Array.isArray(list) && list.every((item) => Number.isSafeInteger(item) && item >= 0)
  return typeof dtype === 'string' && numbers(shape) && numbers(offsets) && offsets.length === 2
}

function readTensor(name: string, { dtype, shape, data_offsets: [begin, end] }: Entry, body: Uint8Array): NamedTensor {
  if (dtype !== 'F32') throw new Error(`tensor ${name} is ${dtype}, and only F32 can be read`)
  const length = shape.reduce((product, axis) => product * axis, 1)
  if (end - begin !== length * Float32Array.BYTES_PER_ELEMENT)
    throw new Error(`tensor ${name} has ${end - begin} bytes for shape [${shape}]`)
  if (end > body.byteLength) throw new Error(`it is cut off in tensor ${name}`)
  return { shape, data: new Float32Array(Uint8Array.from(body.subarray(begin, end)).buffer) }
}

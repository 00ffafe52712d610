/** The payloads of records: what is put to them and taken from them, piece by piece. */
import { RecordError } from './record-format.js'

/** The bytes of numbers, without a copy. */
export function bytesOf(numbers: Float32Array | Float64Array | Uint32Array): Uint8Array {
  return new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength)
}

/** Text or JSON: its length in bytes, then the bytes. */
export function textParts(text: string): Uint8Array[] {
  const bytes = Buffer.from(text, 'utf8')
  return [bytesOf(Uint32Array.of(bytes.length)), bytes]
}

/** Takes a payload apart from its beginning on. Everything it gives is a copy. Throws RecordError past the end. */
export class PayloadReader {
  private at = 0

  constructor(private readonly payload: Buffer) {}

  count(): number {
    return this.take(4).readUInt32LE()
  }

  counts(length: number): Uint32Array {
    const counts = new Uint32Array(this.fitting(length, 4))
    bytesOf(counts).set(this.take(counts.byteLength))
    return counts
  }

  floats(length: number): Float32Array {
    const floats = new Float32Array(this.fitting(length, 4))
    bytesOf(floats).set(this.take(floats.byteLength))
    return floats
  }

  doubles(length: number): Float64Array {
    const doubles = new Float64Array(this.fitting(length, 8))
    bytesOf(doubles).set(this.take(doubles.byteLength))
    return doubles
  }

  json(): unknown {
    return JSON.parse(this.take(this.count()).toString('utf8'))
  }

  /** After the last piece: nothing may be left over. */
  end(): void {
    if (this.at !== this.payload.length) throw new RecordError('there is more in it than there should be')
  }

  /** Checked before memory is taken for it. */
  private fitting(length: number, size: number): number {
    if (length * size > this.payload.length - this.at) throw new RecordError('it ends too early')
    return length
  }

  private take(bytes: number): Buffer {
    const piece = this.payload.subarray(this.at, this.at + this.fitting(bytes, 1))
    this.at += bytes
    return piece
  }
}

/** Bytes that come in pieces, in one block of memory: their own, unless they are few and came in one piece. */
import { smallBody } from './body.js'

export class GrowingBytes {
  private bytes: Uint8Array = new Uint8Array()
  private length = 0

  /** `expected` in all where the sender says so; never more than `most`. */
  constructor(
    private readonly expected: number | undefined,
    private readonly most: number,
  ) {}

  get size(): number {
    return this.length
  }

  append(piece: Uint8Array): void {
    const length = this.length + piece.byteLength
    if (this.length === 0 && length === this.expected && length <= smallBody) this.bytes = piece
    else {
      if (length > this.bytes.byteLength) this.makeRoom(length)
      this.bytes.set(piece, this.length)
    }
    this.length = length
  }

  whole(): Uint8Array {
    return this.bytes.subarray(0, this.length)
  }

  /** Doubling copies each byte once on average; the system gives memory only as it is written to. */
  private makeRoom(length: number): void {
    const size = Math.max(length, this.expected ?? Math.min(this.most, 2 * this.bytes.byteLength))
    const larger = Buffer.allocUnsafeSlow(size)
    larger.set(this.bytes.subarray(0, this.length))
    this.bytes = larger
  }
}

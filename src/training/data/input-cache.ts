/** Decoded inputs, bounded in bytes: what does not fit is decoded again when it is drawn. */
import { LRUCache } from 'lru-cache'

/** A training run's share of the memory: Omniglot takes 75 MB of it, mini-ImageNet's training images 810 MB. */
export const defaultCacheBytes = 2 ** 30

export class InputCache {
  private readonly kept: LRUCache<string, Float32Array | Uint8Array>

  constructor(maxBytes: number = defaultCacheBytes) {
    this.kept = new LRUCache({
      maxSize: Math.max(1, Math.floor(maxBytes)),
      sizeCalculation: ({ byteLength }) => Math.max(1, byteLength),
    })
  }

  get bytes(): number {
    return this.kept.calculatedSize
  }

  /** The same numbers whether they were kept or made again. */
  async read(key: string, make: () => Promise<Float32Array>): Promise<Float32Array> {
    const kept = this.kept.get(key)
    if (kept instanceof Float32Array) return kept
    if (kept) return fromBytes(kept)
    const made = await make()
    this.kept.set(key, toBytes(made) ?? made)
    return made
  }
}

/** Images of the model's own size are whole 255ths: a quarter of the memory holds them, without loss. Undefined for others. */
function toBytes(input: Float32Array): Uint8Array | undefined {
  const bytes = new Uint8Array(input.length)
  for (let i = 0; i < input.length; i++) {
    const value = input[i] ?? 0
    const level = Math.round(value * 255)
    if (Math.fround(level / 255) !== value) return undefined
    bytes[i] = level
  }
  return bytes
}

function fromBytes(bytes: Uint8Array): Float32Array {
  const input = new Float32Array(bytes.length)
  for (let i = 0; i < bytes.length; i++) input[i] = (bytes[i] ?? 0) / 255
  return input
}

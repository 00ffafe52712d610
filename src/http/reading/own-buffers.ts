/** Memory that can be handed to another thread instead of being copied. */

/** The buffers below `value` that one array fills alone: those of Node's pool hold the bytes of others too. */
export function ownBuffers(value: unknown): ArrayBuffer[] {
  const found = new Set<ArrayBuffer>()
  collect(value, found)
  return [...found]
}

function collect(value: unknown, found: Set<ArrayBuffer>): void {
  if (typeof value !== 'object' || value === null) return
  if (value instanceof Uint8Array || value instanceof Float32Array) {
    const { buffer, byteLength } = value
    if (buffer instanceof ArrayBuffer && buffer.byteLength === byteLength) found.add(buffer)
    return
  }
  for (const inner of Array.isArray(value) ? value : Object.values(value)) collect(inner, found)
}

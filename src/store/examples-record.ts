/** The record of the examples: their labels as JSON (null where they have targets), the size of each array, the arrays. */
import type { Examples } from './adaptation-store.js'
import { bytesOf, PayloadReader, textParts } from './payload.js'
import { openLargeRecord, RecordError, sealRecord } from './record-format.js'

export function sealExamples(key: Uint8Array, version: number, examples: Examples): Promise<Buffer> {
  const arrays = examples.kind === 'labels' ? examples.inputs : [...examples.inputs, ...examples.targets]
  return sealRecord('examples', key, version, [
    ...textParts(JSON.stringify(examples.kind === 'labels' ? examples.labels : null)),
    bytesOf(Uint32Array.of(examples.inputs.length, arrays.length)),
    bytesOf(Uint32Array.from(arrays, ({ length }) => length)),
    ...arrays.map(bytesOf),
  ])
}

/** `version`: that of the info record. The bytes of `record` must stay until it resolves. */
export async function openExamples(key: Uint8Array, version: number, record: Buffer): Promise<Examples> {
  const opened = await openLargeRecord('examples', key, record)
  if (opened.version !== version) throw new RecordError(`it belongs to version ${opened.version}`)
  const reader = new PayloadReader(opened.payload)
  const labels = reader.json()
  const [inputCount = 0, arrayCount = 0] = reader.counts(2)
  const arrays = Array.from(reader.counts(arrayCount), (length) => reader.floats(length))
  reader.end()
  const inputs = arrays.slice(0, inputCount)
  if (labels === null) return { kind: 'targets', inputs, targets: arrays.slice(inputCount) }
  if (!isTexts(labels)) throw new RecordError('its labels are no texts')
  return { kind: 'labels', inputs, labels }
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string')
}

/** The record of the examples: labels (where they have no targets) and scaling as JSON, the size of each array, the arrays. */
import type { Examples, ValueScaling } from './adaptation-store.js'
import { bytesOf, PayloadReader, textParts } from './payload.js'
import { openLargeRecord, RecordError, sealRecord } from './record-format.js'

export function sealExamples(key: Uint8Array, version: number, examples: Examples): Promise<Buffer> {
  const arrays = examples.kind === 'labels' ? examples.inputs : [...examples.inputs, ...examples.targets]
  const labels = examples.kind === 'labels' ? examples.labels : undefined
  return sealRecord('examples', key, version, [
    ...textParts(JSON.stringify({ labels, scaling: examples.scaling })),
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
  const { labels, scaling } = headOf(reader.json())
  const [inputCount = 0, arrayCount = 0] = reader.counts(2)
  const arrays = Array.from(reader.counts(arrayCount), (length) => reader.floats(length))
  reader.end()
  const inputs = arrays.slice(0, inputCount)
  if (labels) return { kind: 'labels', inputs, labels, scaling }
  return { kind: 'targets', inputs, targets: arrays.slice(inputCount), scaling }
}

interface Head {
  readonly labels?: readonly string[]
  readonly scaling?: readonly ValueScaling[]
}

function headOf(value: unknown): Head {
  const { labels, scaling } = isRecord(value) ? value : {}
  if (!isRecord(value) || !isListOf(labels, isText)) throw new RecordError('its labels are no texts')
  if (!isListOf(scaling, isScaling)) throw new RecordError('its scaling is none')
  return { ...(labels && { labels }), ...(scaling && { scaling }) }
}

function isListOf<Item>(value: unknown, isItem: (item: unknown) => item is Item): value is readonly Item[] | undefined {
  return value === undefined || (Array.isArray(value) && value.every(isItem))
}

function isText(value: unknown): value is string {
  return typeof value === 'string'
}

function isScaling(value: unknown): value is ValueScaling {
  return isRecord(value) && isText(value.name) && Number.isFinite(value.mean) && Number.isFinite(value.deviation)
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

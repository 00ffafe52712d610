/** What decides a run's weights, as hashes: a run may only go on with the same settings and the same data. */
import { createHash } from 'node:crypto'
import { seeded } from '../../learner/random.js'
import type { DataSet } from '../data/data-set.js'
import type { RunSettings } from '../settings.js'

/** Enough to see nearly every class of a usual data set, and drawn in a moment. */
const probes = 8

/** Of everything but the model's name, where the data lie, and what only watches: these may change under way. */
export function settingsHash({ model, data, meta, seed }: RunSettings): string {
  const { layers, head, innerLoop } = model
  const { path: _, ...content } = { path: undefined, ...data }
  return hash(canonical({ layers, head, innerLoop, data: content, meta, seed }))
}

/**
 * Of what is drawn from the data: its summary and the numbers of a few tasks. Classes or images that came, went or are read
 * otherwise show; one image that was painted over may not.
 */
export async function dataHash({ training, summary, input }: DataSet, { meta, seed }: RunSettings): Promise<string> {
  const digest = createHash('sha256').update(canonical({ summary, input, classes: training.classes }))
  const episode = { ways: meta.ways, shots: meta.shots, queries: 0 }
  const random = seeded(seed)
  for (let probe = 0; probe < probes; probe++) {
    const { support } = await training.draw(random, episode)
    for (const numbers of support.inputs) digest.update(bytesOf(numbers))
    if (support.kind === 'regression') for (const numbers of support.targets) digest.update(bytesOf(numbers))
  }
  return digest.digest('hex')
}

/** Where two settings differ, as paths with both values: "meta.iterations is 20 and was 10". */
export function differences(now: RunSettings, before: RunSettings): string[] {
  const [left, right] = [leaves(now), leaves(before)]
  return [...new Set([...left.keys(), ...right.keys()])]
    .filter((path) => left.get(path) !== right.get(path))
    .map((path) => `${path} is ${left.get(path) ?? 'not set'} and was ${right.get(path) ?? 'not set'}`)
}

function leaves(value: unknown, path = '', found = new Map<string, string>()): Map<string, string> {
  if (typeof value === 'object' && value !== null && Object.keys(value).length > 0) {
    for (const [key, inner] of Object.entries(value)) leaves(inner, path ? `${path}.${key}` : key, found)
  } else if (value !== undefined) found.set(path, JSON.stringify(value))
  return found
}

/** JSON with members in order, whatever order a settings file has them in. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  )
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

function bytesOf({ buffer, byteOffset, byteLength }: Float32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength)
}

/**
 * Where a run stands, in one file: a line of JSON that `head -1` shows, then the state's vectors as safetensors. The line holds
 * their checksum, so that a damaged file is found before it is learned from.
 */
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { readSafetensors, writeSafetensors } from '../../model/safetensors.js'
import type { MetaState } from '../meta/meta-state.js'
import { TrainingError } from '../training-error.js'
import { replaceFile } from './atomic-file.js'
import { parsedAs } from './parsed-as.js'

const blockSchema = z.object({
  /** Iterations since the last line of metrics, and the sums of their losses. */
  iterations: z.int().min(0),
  firstLoss: z.number(),
  lastLoss: z.number(),
})

const headerSchema = z.object({
  formatVersion: z.literal(1),
  iteration: z.int().min(0),
  /** Of the settings that decide the weights, and of the data. */
  settings: z.string(),
  data: z.string(),
  block: blockSchema,
  sha256: z.string(),
})

/** What the next line of metrics will be made of. */
export type Block = z.infer<typeof blockSchema>

export interface Checkpoint {
  readonly state: MetaState
  readonly settings: string
  readonly data: string
  readonly block: Block
}

/** Throws TrainingError where the disk does not take it; then the previous one is still there. */
export async function writeCheckpoint(file: string, { state, settings, data, block }: Checkpoint): Promise<void> {
  const bytes = writeSafetensors(vectorsOf(state))
  const header: z.infer<typeof headerSchema> = {
    formatVersion: 1,
    iteration: state.iteration,
    settings,
    data,
    block,
    sha256: createHash('sha256').update(bytes).digest('hex'),
  }
  await replaceFile(file, Buffer.concat([Buffer.from(`${JSON.stringify(header)}\n`), bytes]))
}

/** Undefined where there is none yet. Throws TrainingError where it is damaged. */
export async function readCheckpoint(file: string): Promise<Checkpoint | undefined> {
  const bytes = await readFile(file).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw new TrainingError(`${file} cannot be read (${error.code}): change its rights and go on.`)
  })
  if (!bytes) return undefined
  const end = bytes.indexOf('\n')
  const header = parsedAs(headerSchema, bytes.toString('utf8', 0, Math.max(0, end)))
  const body = bytes.subarray(end + 1)
  if (!header || createHash('sha256').update(body).digest('hex') !== header.sha256)
    throw new TrainingError(`${file} is damaged: delete it to train this run from its beginning, or start another.`)
  const { iteration, settings, data, block } = header
  return { state: stateOf(iteration, readSafetensors(body)), settings, data, block }
}

function vectorsOf({ initialization, outer }: MetaState): Map<string, { shape: number[]; data: Float32Array }> {
  const { body, shared, head, bodyMoments, headMoments } = initialization
  const named = { body, shared, ...(head && { head }), bodyMoments, headMoments }
  const vectors = [...Object.entries(named), ...outer.map((vector, index) => [`outer.${index}`, vector] as const)]
  return new Map(vectors.map(([name, data]) => [name, { shape: [data.length], data }]))
}

function stateOf(iteration: number, vectors: ReadonlyMap<string, { readonly data: Float32Array }>): MetaState {
  const named = (name: string): Float32Array => vectors.get(name)?.data ?? new Float32Array(0)
  return {
    iteration,
    initialization: {
      body: named('body'),
      shared: named('shared'),
      head: vectors.get('head')?.data,
      bodyMoments: named('bodyMoments'),
      headMoments: named('headMoments'),
    },
    outer: [...vectors.keys()].filter((name) => name.startsWith('outer.')).map(named),
  }
}

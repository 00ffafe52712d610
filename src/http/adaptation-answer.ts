/** An adaptation as the contract shows it. */
import type { StoredInfo } from '../serving/adaptations.js'
import type { Timeline } from '../serving/timeline.js'
import type { components } from './contract.gen.js'
import { timing } from './timing.js'

export type AdaptationAnswer = components['schemas']['Adaptation']

/** With the timeline of the request that made it, if it is the answer to that. */
export function toAdaptation(info: StoredInfo, made?: Timeline): AdaptationAnswer {
  const { id, model, version, labels, examples, steps, learningRate, losses, bytes, asked, createdAt, expiresAt } = info
  return {
    id,
    model,
    version,
    labels: [...labels],
    examples,
    steps,
    learningRate,
    seed: asked.seed,
    losses: losses.map(shorten),
    bytes,
    retention: asked.retention,
    createdAt: new Date(createdAt).toISOString(),
    ...(expiresAt === undefined ? {} : { expiresAt: new Date(expiresAt).toISOString() }),
    ...(made && { timing: timing(made) }),
  }
}

/** To six digits: 32-bit floats can tell little more. */
export function shorten(value: number): number {
  return Number(value.toPrecision(6))
}

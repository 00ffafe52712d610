/** An adaptation as the contract shows it. */
import type { StoredInfo } from '../serving/adaptations.js'
import type { Timeline } from '../serving/timeline.js'
import type { components } from './contract.gen.js'
import { timing } from './timing.js'

type Contract = components['schemas']

/** With the timeline of the request that made it, if it is the answer to that. */
export function toAdaptation(info: StoredInfo, made?: Timeline): Contract['Adaptation'] {
  return { ...toListed(info), losses: info.losses.map(shorten), ...(made && { timing: timing(made) }) }
}

/** Without the losses: a page of a hundred adaptations would have as many numbers as they had steps. */
export function toListed(info: StoredInfo): Contract['ListedAdaptation'] {
  const { id, model, version, labels, examples, steps, learningRate, bytes, asked, createdAt, expiresAt } = info
  return {
    id,
    model,
    version,
    labels: [...labels],
    examples,
    steps,
    learningRate,
    seed: asked.seed,
    bytes,
    retention: asked.retention,
    createdAt: new Date(createdAt).toISOString(),
    ...(expiresAt === undefined ? {} : { expiresAt: new Date(expiresAt).toISOString() }),
  }
}

/** To six digits: 32-bit floats can tell little more. */
export function shorten(value: number): number {
  return Number(value.toPrecision(6))
}

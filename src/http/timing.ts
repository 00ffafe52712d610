import type { Timing } from '../serving/clock.js'
import type { components } from './contract.gen.js'

/** To the microsecond: more digits would only look exact. */
export function milliseconds(decodeMs: number, { queueMs, computeMs }: Timing): components['schemas']['Timing'] {
  return { decodeMs: round(decodeMs), queueMs: round(queueMs), computeMs: round(computeMs) }
}

function round(ms: number): number {
  return Math.round(ms * 1000) / 1000
}

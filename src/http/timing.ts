import type { Timeline } from '../serving/timeline.js'
import type { components } from './contract.gen.js'

/** To the microsecond: more digits would only look exact. */
export function timing(timeline: Timeline): components['schemas']['Timing'] {
  return {
    decodeMs: round(timeline.busy('decode')),
    queueMs: round(timeline.busy('queue')),
    computeMs: round(timeline.busy('engine')),
    storeMs: round(timeline.busy('store')),
  }
}

function round(ms: number): number {
  return Math.round(ms * 1000) / 1000
}

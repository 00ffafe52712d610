/** The header Server-Timing: where the time of a request went, for the developer tools of browsers. */
import { phases, type Timeline } from '../../serving/timeline.js'

/** Milliseconds in every phase the request has been through, to the microsecond. Empty where there is none. */
export function serverTiming(timeline: Timeline): string {
  const parts: string[] = []
  for (const phase of phases) {
    const span = timeline.span(phase)
    if (span) parts.push(`${phase};dur=${Math.round(span.busy * 1000) / 1000}`)
  }
  return parts.join(', ')
}

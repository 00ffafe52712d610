/** How the meta-step falls in the course of a meta-training. */
import type { MetaSettings } from '../settings.js'

/**
 * Epsilon of meta-iteration `iteration`, counted from 0: `metaStep` at first, and on a line or half a wave of a cosine down to
 * `final` times that, which it would have after the last (the paper anneals on a line to 0, appendix A).
 */
export function metaStepAt(
  { metaStep, schedule, final, iterations }: Pick<MetaSettings, 'metaStep' | 'schedule' | 'final' | 'iterations'>,
  iteration: number,
): number {
  const done = Math.min(1, iteration / iterations)
  switch (schedule) {
    case 'constant':
      return metaStep
    case 'linear':
      return metaStep * (final + (1 - final) * (1 - done))
    case 'cosine':
      return metaStep * (final + ((1 - final) * (1 + Math.cos(Math.PI * done))) / 2)
  }
}

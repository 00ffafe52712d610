/** Figures with the interval that goes with them. */

/** A mean over tasks: accuracy (0 to 1) of a classification, mean squared error of a regression. */
export interface Measured {
  readonly mean: number
  /** Half the width of the 95% interval of the mean, over tasks (normal approximation, as in the paper's tables). */
  readonly interval: number
}

/** After so many inner steps. */
export interface Point extends Measured {
  readonly steps: number
}

export type Metric = 'accuracy' | 'squared error'

/** As tables and axes call it. */
export function unitOf(metric: Metric): string {
  return metric === 'accuracy' ? 'accuracy in %' : 'mean squared error'
}

/** "5-way 1-shot" or "10 points". */
export function taskName({ ways, shots }: { readonly ways: number; readonly shots: number }): string {
  return ways > 0 ? `${ways}-way ${shots}-shot` : `${shots} points`
}

/** The mean of at least two values; not a number where a value is none (an inner loop that diverged). */
export function measured(values: ArrayLike<number>): Measured {
  const count = values.length
  let sum = 0
  for (let i = 0; i < count; i++) sum += values[i] ?? Number.NaN
  const mean = sum / count
  let squares = 0
  for (let i = 0; i < count; i++) squares += ((values[i] ?? Number.NaN) - mean) ** 2
  return { mean, interval: 1.96 * Math.sqrt(squares / (count - 1) / count) }
}

/** "97.32 ± 0.41" (percent) or "0.0123 ± 0.0011". */
export function formatted(metric: Metric, { mean, interval }: Measured): string {
  if (!Number.isFinite(mean)) return 'diverged'
  return metric === 'accuracy'
    ? `${(100 * mean).toFixed(2)} ± ${(100 * interval).toFixed(2)}`
    : `${short(mean)} ± ${short(interval)}`
}

/** Whether one figure is better than another; one that is not a number is worse than all. */
export function better(metric: Metric, one: number, other: number): boolean {
  if (!Number.isFinite(one) || !Number.isFinite(other)) return Number.isFinite(one)
  return metric === 'accuracy' ? one > other : one < other
}

function short(value: number): string {
  return value === 0 ? '0' : value >= 0.01 && value < 1000 ? value.toFixed(4) : value.toExponential(2)
}

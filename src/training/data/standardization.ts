/** Features brought to mean 0 and deviation 1. */
import { at } from '../../program/program.js'

export interface Standardization {
  /** One number a feature. */
  readonly mean: readonly number[]
  /** Of the population; 1 for a feature that never changes, which so becomes 0. */
  readonly deviation: readonly number[]
}

/** From at least one row; all rows are of one length. */
export function standardizationOf(rows: readonly (readonly number[])[]): Standardization {
  const features = at(rows, 0).map((_, feature) => rows.map((row) => at(row, feature)))
  const mean = features.map(meanOf)
  const deviation = features.map((values, feature) => {
    const centre = at(mean, feature)
    return Math.sqrt(meanOf(values.map((value) => (value - centre) ** 2))) || 1
  })
  return { mean, deviation }
}

export function standardized(row: readonly number[], { mean, deviation }: Standardization): Float32Array {
  return Float32Array.from(row, (value, i) => (value - at(mean, i)) / at(deviation, i))
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

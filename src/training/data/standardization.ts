/** How features are brought to mean 0 and deviation 1: part of the model (codec/values-to-input.ts), whoever sends it values. */
import type { Feature } from '../../model/artifact.js'
import { at } from '../../program/program.js'

/** From at least one row; a feature that never changes becomes 0. */
export function featuresOf(names: readonly string[], rows: readonly (readonly number[])[]): Feature[] {
  return names.map((name, feature) => {
    const values = rows.map((row) => at(row, feature))
    const mean = meanOf(values)
    return { name, mean, deviation: Math.sqrt(meanOf(values.map((value) => (value - mean) ** 2))) || 1 }
  })
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

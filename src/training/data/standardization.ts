/** How features are brought to mean 0 and deviation 1: part of the model (codec/values-to-input.ts), whoever sends it values. */
import { valuesToInput } from '../../codec/values-to-input.js'
import type { Feature, InputSpec } from '../../model/artifact.js'
import { at } from '../../program/program.js'
import { columnIndex, type Table } from './table.js'

/** The columns of a model that is `known`, by their names, or else all but `others`. Throws TrainingError for one that is not there. */
export function featureColumns(
  table: Table,
  others: readonly number[],
  known: readonly Feature[] | undefined,
): readonly number[] {
  if (known) return known.map(({ name }) => columnIndex(table, name))
  return table.columns.map((_, index) => index).filter((index) => !others.includes(index))
}

/** What a model of these columns takes: scaled as one that is `known` says, or else by mean and deviation of `rows`. */
export function scaledInput(
  { columns }: Table,
  features: readonly number[],
  known: readonly Feature[] | undefined,
  rows: readonly (readonly number[])[],
): InputSpec {
  const names = features.map((column) => at(columns, column))
  return { kind: 'values', length: features.length, features: [...(known ?? featuresOf(names, rows))] }
}

/** A row as the server takes it. */
export function scaledRow(row: readonly number[], input: InputSpec): Float32Array {
  return valuesToInput(Float32Array.from(row), input)
}

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

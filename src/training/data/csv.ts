/** A table with a column of labels as a data set: one row an example, one label a class. */
import type { Feature } from '../../model/artifact.js'
import { at } from '../../program/program.js'
import type { DataSettings } from '../settings.js'
import { TrainingError } from '../training-error.js'
import { classDataSet } from './class-data-set.js'
import type { DataSet } from './data-set.js'
import { split } from './split.js'
import { featureColumns, scaledInput, scaledRow } from './standardization.js'
import { columnIndex, numberAt, readTable, textAt } from './table.js'

/**
 * All columns but the label are numbers, scaled by mean and deviation of the training classes, or as a model that is `known`
 * says, whose columns are then looked for by name. Throws TrainingError with line and column.
 */
export async function openCsv(
  { path, label, split: { validation }, augmentation }: Extract<DataSettings, { kind: 'csv' }>,
  seed: number,
  known?: readonly Feature[],
): Promise<DataSet> {
  const table = await readTable(path)
  const labelColumn = columnIndex(table, label)
  const features = featureColumns(table, [labelColumn], known)
  if (features.length === 0) throw new TrainingError(`${path} has no column beside "${label}": add some to learn from.`)
  const rowsOf = new Map<string, number[][]>()
  for (const row of table.rows) {
    const name = textAt(table, row, labelColumn)
    const rows = rowsOf.get(name) ?? []
    rowsOf.set(name, rows)
    rows.push(features.map((column) => numberAt(table, row, column)))
  }
  // By name: the order of lines changes nothing in the split.
  const labels = [...rowsOf.keys()].sort()
  const divided = split(labels, validation, seed, 'classes', 2)
  const trained = divided.training.flatMap((name) => rowsOf.get(name) ?? [])
  const input = scaledInput(table, features, known, trained)
  const asClass = (name: string) => {
    const examples = (rowsOf.get(name) ?? []).map((row) => scaledRow(row, input))
    return { name, count: examples.length, read: async (index: number) => at(examples, index) }
  }
  const classes = { training: divided.training.map(asClass), validation: divided.validation.map(asClass) }
  return classDataSet(input, classes, augmentation, 'rows')
}

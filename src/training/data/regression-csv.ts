/** A table of functions as a data set: one row a point, the rows of one group one function. */
import type { Feature } from '../../model/artifact.js'
import type { DataSettings } from '../settings.js'
import { TrainingError } from '../training-error.js'
import type { DataSet } from './data-set.js'
import { countsOf } from './example-class.js'
import { FunctionSource, type SampledFunction } from './function-source.js'
import { split } from './split.js'
import { featureColumns, scaledInput, scaledRow } from './standardization.js'
import { columnIndex, numberAt, readTable, textAt } from './table.js'

/**
 * All columns but group and targets are inputs, scaled by mean and deviation of the training functions, or as a model that is
 * `known` says. Targets are left as they are. Throws TrainingError with line and column.
 */
export async function openRegressionCsv(
  { path, group, targets, split: { validation } }: Extract<DataSettings, { kind: 'regression-csv' }>,
  seed: number,
  known?: readonly Feature[],
): Promise<DataSet> {
  const table = await readTable(path)
  const groupColumn = columnIndex(table, group)
  const outputs = targets.map((name) => columnIndex(table, name))
  if (outputs.includes(groupColumn) || new Set(outputs).size !== outputs.length) {
    throw new TrainingError(`The group "${group}" and the targets ${targets.join(', ')} must be different columns.`)
  }
  const inputs = featureColumns(table, [groupColumn, ...outputs], known)
  if (inputs.length === 0) throw new TrainingError(`${path} has no column beside group and targets: add an input.`)
  const functions = new Map<string, { name: string; inputs: number[][]; targets: Float32Array[] }>()
  for (const row of table.rows) {
    const name = textAt(table, row, groupColumn)
    const one = functions.get(name) ?? { name, inputs: [], targets: [] }
    functions.set(name, one)
    one.inputs.push(inputs.map((column) => numberAt(table, row, column)))
    one.targets.push(Float32Array.from(outputs, (column) => numberAt(table, row, column)))
  }
  const all = [...functions.keys()].sort().flatMap((name) => functions.get(name) ?? [])
  const divided = split(all, validation, seed, 'functions', 1)
  const trained = divided.training.flatMap((one) => one.inputs)
  const input = scaledInput(table, inputs, known, trained)
  const asFunction = (one: (typeof all)[number]): SampledFunction => ({
    ...one,
    inputs: one.inputs.map((row) => scaledRow(row, input)),
  })
  const counts = countsOf(all.map((one) => ({ count: one.inputs.length })))
  return {
    input,
    outputs: outputs.length,
    training: new FunctionSource(divided.training.map(asFunction)),
    validation: new FunctionSource(divided.validation.map(asFunction)),
    summary: `${all.length} functions with ${counts} points each, ${divided.validation.length} of them held out`,
    provenance: { targets },
  }
}

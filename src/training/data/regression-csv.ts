/** A table of functions as a data set: one row a point, the rows of one group one function. */
import { at } from '../../program/program.js'
import type { DataSettings } from '../settings.js'
import { TrainingError } from '../training-error.js'
import type { DataSet } from './data-set.js'
import { countsOf } from './example-class.js'
import { FunctionSource, type SampledFunction } from './function-source.js'
import { split } from './split.js'
import { columnIndex, numberAt, readTable, textAt } from './table.js'

/** All columns but group and targets are inputs, as they are. Throws TrainingError with line and column. */
export async function openRegressionCsv(
  { path, group, targets, split: { validation } }: Extract<DataSettings, { kind: 'regression-csv' }>,
  seed: number,
): Promise<DataSet> {
  const table = await readTable(path)
  const groupColumn = columnIndex(table, group)
  const outputs = targets.map((name) => columnIndex(table, name))
  if (outputs.includes(groupColumn) || new Set(outputs).size !== outputs.length) {
    throw new TrainingError(`The group "${group}" and the targets ${targets.join(', ')} must be different columns.`)
  }
  const inputs = table.columns.map((_, index) => index).filter((i) => i !== groupColumn && !outputs.includes(i))
  if (inputs.length === 0) throw new TrainingError(`${path} has no column beside group and targets: add an input.`)
  const functions = new Map<string, { name: string; inputs: Float32Array[]; targets: Float32Array[] }>()
  for (const row of table.rows) {
    const name = textAt(table, row, groupColumn)
    const one = functions.get(name) ?? { name, inputs: [], targets: [] }
    functions.set(name, one)
    one.inputs.push(Float32Array.from(inputs, (column) => numberAt(table, row, column)))
    one.targets.push(Float32Array.from(outputs, (column) => numberAt(table, row, column)))
  }
  const all: SampledFunction[] = [...functions.keys()].sort().flatMap((name) => functions.get(name) ?? [])
  const divided = split(all, validation, seed, 'functions', 1)
  const counts = countsOf(all.map((one) => ({ count: one.inputs.length })))
  return {
    input: { kind: 'values', length: inputs.length },
    outputs: outputs.length,
    training: new FunctionSource(divided.training),
    validation: new FunctionSource(divided.validation),
    summary: `${all.length} functions with ${counts} points each, ${divided.validation.length} of them held out`,
    provenance: { columns: { inputs: inputs.map((column) => at(table.columns, column)), targets } },
  }
}

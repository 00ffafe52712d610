/** Tables of numbers as files: comma-separated values with a header row. */
import { readFile } from 'node:fs/promises'
import { CsvError, parse } from 'csv-parse/sync'
import { at } from '../../program/program.js'
import { TrainingError } from '../training-error.js'

export interface Row {
  /** As many as there are columns. */
  readonly cells: readonly string[]
  /** In the file, from 1 on. */
  readonly line: number
}

export interface Table {
  readonly path: string
  readonly columns: readonly string[]
  readonly rows: readonly Row[]
}

/** Quoted cells, line ends of any system and byte order marks are taken. Throws TrainingError, with the line. */
export async function readTable(path: string): Promise<Table> {
  const [header, ...rows] = parseRows(path, await readBytes(path))
  if (!header || rows.length === 0) throw new TrainingError(`${path} holds no rows below a header: add some.`)
  const columns = header.cells.map((name) => name.trim())
  const twice = columns.find((name, index) => columns.indexOf(name) !== index)
  if (twice !== undefined) throw new TrainingError(`${path} has two columns "${twice}": rename one of them.`)
  for (const { cells, line } of rows) {
    if (cells.length !== columns.length) {
      throw new TrainingError(
        `${path}, line ${line}, has ${cells.length} cells where the header has ${columns.length}: mend that line.`,
      )
    }
  }
  return { path, columns, rows }
}

/** Where a column stands. Throws TrainingError with the names that there are. */
export function columnIndex({ path, columns }: Table, name: string): number {
  const index = columns.indexOf(name)
  if (index >= 0) return index
  throw new TrainingError(`${path} has no column "${name}": name one of ${columns.join(', ')}.`)
}

/** The number in a cell, within the range of 32-bit floats. Throws TrainingError with line and column. */
export function numberAt({ path, columns }: Table, { cells, line }: Row, column: number): number {
  const text = at(cells, column).trim()
  const number = text === '' ? Number.NaN : Number(text)
  if (Number.isFinite(Math.fround(number))) return number
  const found = text === '' ? 'no value' : `"${text}", which is no number of 32 bits`
  throw new TrainingError(
    `${path}, line ${line}, column "${at(columns, column)}", has ${found}: fill it in or remove the line.`,
  )
}

/** The text in a cell. Throws TrainingError with line and column where there is none. */
export function textAt({ path, columns }: Table, { cells, line }: Row, column: number): string {
  const text = at(cells, column).trim()
  if (text !== '') return text
  throw new TrainingError(
    `${path}, line ${line}, column "${at(columns, column)}", has no value: fill it in or remove the line.`,
  )
}

async function readBytes(path: string): Promise<Buffer> {
  return readFile(path).catch((error: NodeJS.ErrnoException) => {
    throw new TrainingError(`The table ${path} cannot be read (${error.code}): name a file of comma-separated values.`)
  })
}

function parseRows(path: string, bytes: Buffer): Row[] {
  const rows: Row[] = []
  try {
    parse(bytes, {
      bom: true,
      skip_empty_lines: true,
      relax_column_count: true,
      on_record: (cells: string[], { lines }) => {
        rows.push({ cells, line: lines })
        return null
      },
    })
  } catch (error) {
    if (!(error instanceof CsvError)) throw error
    throw new TrainingError(`${path} is no table of comma-separated values, mend it: ${error.message}.`)
  }
  return rows
}

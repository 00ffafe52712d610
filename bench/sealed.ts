/**
 * `npm run bench -- sealed`: the final table of a model, on classes that no training and no choice of settings has seen. It is
 * measured once: what was found is kept with the model's digest, and that model is not measured again.
 */
import { readFile, writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { withEngine } from '../src/cli/engine.js'
import { findModel } from '../src/cli/find-model.js'
import type { Engine } from '../src/engine/engine.js'
import type { Model } from '../src/model/artifact.js'
import { openData } from '../src/training/data/open-data.js'
import { evaluateModel, widthFor } from '../src/training/evaluate/evaluate.js'
import { formatted } from '../src/training/evaluate/figures.js'
import { protocols } from '../src/training/evaluate/protocols.js'
import { asMarkdown, type Table } from '../src/training/evaluate/table.js'
import { dataSchema } from '../src/training/settings.js'
import type { TaskSource } from '../src/training/task.js'
import { cells } from './cells.js'

/** `--model` name or folder, `--data` folder of images, `--ways` 5 or 5,20; `--episodes`, `--seed`, and `--keep` FILE. */
export async function run(argv: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      model: { type: 'string', default: 'omniglot-conv4' },
      data: { type: 'string', default: '../shared/data/omniglot/test' },
      ways: { type: 'string', default: '5,20' },
      episodes: { type: 'string', default: '1000' },
      seed: { type: 'string', default: '20261122' },
      keep: { type: 'string', default: 'docs/sealed.json' },
    },
  })
  const { model } = await findModel(values.model)
  const kept = await read(values.keep)
  const before = kept.find(({ digest }) => digest === model.digest)
  if (before) {
    console.error(`${values.model} was measured before, which is done once:\n${before.table}`)
    process.exitCode = 1
    return
  }
  const settings = dataSchema.parse({ kind: 'images', path: values.data, split: { validation: 0 } })
  const { training: source, summary } = await openData(settings, 1)
  const ways = values.ways.split(',').map(Number)
  const asked = { episodes: Number(values.episodes), seed: Number(values.seed) }
  const table = await withEngine(undefined, (engine) => measured(engine, model, source, ways, asked))
  const found = { model: values.model, digest: model.digest, data: summary, ...asked, table: asMarkdown(table) }
  await writeFile(values.keep, `${JSON.stringify([...kept, found], null, 2)}\n`)
  console.log(found.table)
}

interface Sealed {
  readonly model: string
  readonly digest: string
  readonly table: string
}

async function read(file: string): Promise<Sealed[]> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '[]'
    throw error
  })
  return JSON.parse(text)
}

/** A row a cell: each protocol, before the first step and after the model's number of steps. */
async function measured(
  engine: Engine,
  model: Model,
  source: TaskSource,
  ways: readonly number[],
  asked: { readonly episodes: number; readonly seed: number },
): Promise<Table> {
  const rows: string[][] = []
  for (const cell of cells.filter((one) => ways.includes(one.ways))) {
    const steps = [0, widthFor(model.artifact, cell.ways).steps]
    const { protocols: found, metric } = await evaluateModel(engine, model, source, { ...cell, ...asked, steps })
    const figures = protocols.flatMap((name) => (found[name] ?? []).map((point) => formatted(metric, point)))
    rows.push([`${cell.ways}-way ${cell.shots}-shot`, ...figures])
    console.error(rows.at(-1)?.join('  '))
  }
  const head = protocols.flatMap((name) => [`${name}, 0 steps`, `${name}, default`])
  return { head: ['accuracy, %', ...head], rows }
}

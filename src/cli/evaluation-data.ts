/** What a model is measured on. */
import type { Command } from 'commander'
import type { Artifact } from '../model/artifact.js'
import { openData } from '../training/data/open-data.js'
import { assignment, checkedData, merged, type SettingsPart } from '../training/run/read-settings.js'
import type { RunSettings } from '../training/settings.js'
import type { TaskSource } from '../training/task.js'
import { TrainingError } from '../training/training-error.js'
import { collected, count, whole } from './arguments.js'

export interface DataOptions {
  readonly data?: string
  readonly kind?: string
  readonly label?: string
  readonly part?: string
  readonly set?: readonly string[]
}

export interface EvaluationData {
  readonly source: TaskSource
  /** In a sentence. */
  readonly summary: string
}

const parts = ['all', 'training', 'validation', 'test'] as const

export function addDataOptions(command: Command): Command {
  return command
    .option('--data <path>', 'folder or file with the data; without it a run has its held-out classes')
    .option('--kind <kind>', 'images, mini-imagenet, csv, regression-csv, sine or glyphs')
    .option('--label <column>', 'the column of classes in a CSV file')
    .option('--part <part>', `${parts.join(', ')}: of data that are divided (default: test, or all)`)
    .option('--set <path=value>', 'any other setting of the data, such as data.augmentation.turn=45', collected)
}

/** Throws TrainingError where there are no data that fit the model. */
export async function evaluationData(
  { input, task }: Artifact,
  run: RunSettings | undefined,
  options: DataOptions,
): Promise<EvaluationData> {
  const isOfRun = run !== undefined && options.data === undefined && options.kind === undefined
  const settings = isOfRun ? { data: run.data } : { data: dataFor(input, task, options, run) }
  const { data, ...others } = [settings, ...(options.set ?? []).map(assignment)].reduce<SettingsPart>(merged, {})
  const [other] = Object.keys(others)
  if (other !== undefined)
    throw new TrainingError(
      `--set ${other}... is no setting of the data, which alone can be set here: what a model is, its model.json says.`,
    )
  const opened = await openData(checkedData(data), run?.seed ?? 1, input)
  const part = options.part ?? (opened.test ? 'test' : isOfRun ? 'validation' : 'all')
  const source = { all: opened.training, training: opened.training, validation: opened.validation, test: opened.test }[
    part
  ]
  if (!source)
    throw new TrainingError(`The data have no part ${part}: leave --part away or name one of ${parts.join(', ')}.`)
  if (JSON.stringify(opened.input) !== JSON.stringify(input))
    throw new TrainingError(
      `The data are ${JSON.stringify(opened.input)} and the model takes ${JSON.stringify(input)}: name data that fit it.`,
    )
  return { source, summary: `${part} of ${opened.summary}` }
}

/** Nothing is held out of data that only measure. */
function dataFor(
  input: Artifact['input'],
  task: Artifact['task'],
  { data, kind, label }: DataOptions,
  run: RunSettings | undefined,
): SettingsPart {
  const found = kind ?? kindFor(input, task, data)
  const { kind: _, ...image } = input.kind === 'image' ? input : { kind: 'image' }
  const divided = ['images', 'csv', 'regression-csv', 'glyphs'].includes(found)
  return {
    kind: found,
    ...columnsOf(run, found),
    ...(data !== undefined && { path: data }),
    ...(label !== undefined && { label }),
    ...(found === 'images' && { image }),
    ...(divided && { split: { validation: 0 } }),
  }
}

/** Another table has the columns of the one that the run learned from. */
function columnsOf(run: RunSettings | undefined, kind: string): SettingsPart {
  const data = run?.data.kind === kind ? run.data : undefined
  if (data?.kind === 'csv') return { label: data.label }
  return data?.kind === 'regression-csv' ? { group: data.group, targets: data.targets } : {}
}

function kindFor(input: Artifact['input'], task: Artifact['task'], data: string | undefined): string {
  if (data !== undefined)
    return input.kind === 'image' ? 'images' : task === 'classification' ? 'csv' : 'regression-csv'
  if (task === 'regression') return 'sine'
  if (input.kind === 'image') return 'glyphs'
  throw new TrainingError('Name the data to measure on with --data.')
}

/** What the tasks of a measurement consist of, and how many there are. */
export function addTaskOptions(
  command: Command,
  byDefault: { readonly shots: number; readonly episodes: number },
): Command {
  return command
    .option('--ways <n>', 'classes of a task (default: 5)', whole)
    .option('--shots <n>', 'examples of each to learn from', count, byDefault.shots)
    .option('--queries <n>', 'examples of each to be asked about (default: 1; regression: 50)', count)
    .option('--episodes <n>', 'tasks', count, byDefault.episodes)
}

/** As the model's task has it, where nothing else was said. */
export function waysOf({ task }: Artifact, given: number | undefined): number {
  return given ?? (task === 'classification' ? 5 : 0)
}

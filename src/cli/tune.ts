/** `reptile-serve tune`: trains with many settings, each with cross-validation over training classes, and tells the best. */
import { readFile } from 'node:fs/promises'
import { Command } from 'commander'
import { openData } from '../training/data/open-data.js'
import { queriesBeside } from '../training/data/room.js'
import { episodeOf } from '../training/evaluate/evaluate.js'
import { formatted } from '../training/evaluate/figures.js'
import { type Fold, foldsOf } from '../training/evaluate/folds.js'
import { atRandom, grid, parseSearch, type Search } from '../training/evaluate/search.js'
import { asText } from '../training/evaluate/table.js'
import { metricOf, tuneRun, tuneTable } from '../training/evaluate/tune.js'
import { parseJson } from '../training/run/read-settings.js'
import { trainOnce } from '../training/run/train-once.js'
import { TrainingError } from '../training/training-error.js'
import { collected, count, whole } from './arguments.js'
import { withEngine } from './engine.js'
import { addRunOptions, presetHelp, type RunOptions, runSettings } from './run-options.js'

interface TuneOptions extends RunOptions {
  readonly search?: string
  readonly try?: readonly string[]
  readonly random?: number
  readonly folds: number
  readonly evalWays?: number
  readonly evalShots?: number
  readonly episodes: number
  readonly log?: string
  readonly workers?: number
  readonly json?: boolean
}

const help = `${presetHelp}

Examples:
  reptile-serve tune glyphs --iterations 200 --try 'meta.learningRate=[0.001,0.0005]' --try 'meta.metaStep=[1,0.5]'
  reptile-serve tune omniglot-conv4 --data images/ --search search.json --random 20 --log trials.jsonl

search.json is such as {"meta.learningRate": {"from": 1e-4, "to": 1e-2, "scale": "log"}, "meta.ways": [5, 20]}.
With --log, trials that were done are not done again when the search was stopped.`

export function tuneCommand(): Command {
  const command = new Command('tune')
    .description('search for the best settings, with cross-validation over training classes')
    .argument('[preset]', 'settings to start from')
  return addRunOptions(command)
    .option('--search <file>', 'settings and the values to try, as JSON')
    .option('--try <path=values>', 'one setting and the values to try; may be given again', collected)
    .option('--random <n>', 'so many choices at random instead of all of them', count)
    .option('--folds <n>', 'parts of the training classes, each held out once', count, 3)
    .option('--eval-ways <n>', 'classes of the tasks that measure (default: as in training)', whole)
    .option('--eval-shots <n>', 'examples of each of them (default: the first of validation.shots)', count)
    .option('--episodes <n>', 'tasks that measure, for each fold', count, 100)
    .option('--log <file>', 'keep what is measured there, and go on from it')
    .option('--workers <n>', 'cores to use (default: all); they change no figure', count)
    .option('--json', 'one line of JSON for each choice, the best first')
    .addHelpText('after', help)
    .action(act)
}

async function act(preset: string | undefined, options: TuneOptions): Promise<void> {
  const search = await searchOf(options)
  const base = await runSettings(preset, options)
  const { seed, meta, validation } = base
  const choices = options.random === undefined ? grid(search) : atRandom(search, options.random, seed)
  const data = await openData(base.data, seed)
  const { episodes, log, workers } = options
  const folds = foldsOf(base.data, data, options.folds, seed)
  const ways = options.evalWays ?? meta.ways
  const shots = options.evalShots ?? validation.shots[0] ?? 1
  const queries = fewerQueries(folds, ways, shots)
  const metric = metricOf(base)
  const settings = { base, choices, folds, evaluation: { ways, shots, queries, episodes, seed }, log }
  const trials = await withEngine(workers, (engine) =>
    tuneRun(
      engine,
      (chosen, source) => trainOnce(engine, chosen, data, source),
      settings,
      // Beside the result, which may go into a file.
      ({ choice, ...figure }, done) =>
        console.error(`${done}/${choices.length}  ${formatted(metric, figure)}  ${JSON.stringify(choice)}`),
    ),
  )
  if (options.json) for (const trial of trials) console.log(JSON.stringify(trial))
  else console.log(asText(tuneTable(trials, metric)))
}

/** Where functions have fewer points beside the shots than are usually asked about; undefined where they have enough. */
function fewerQueries(folds: readonly Fold[], ways: number, shots: number): number | undefined {
  const usual = episodeOf({ ways, shots }).queries
  const all = folds.map(({ validation }) => queriesBeside(validation, shots, usual))
  const fewest = Math.min(...all)
  return fewest < usual ? fewest : undefined
}

async function searchOf({ search, try: tries = [] }: TuneOptions): Promise<Search> {
  const text =
    search === undefined
      ? '{}'
      : await readFile(search, 'utf8').catch((error: NodeJS.ErrnoException) => {
          throw new TrainingError(`The search ${search} cannot be read (${error.code}): name a file that can.`)
        })
  const given = { ...parseJson(text, search ?? ''), ...Object.fromEntries(tries.map(tried)) }
  if (Object.keys(given).length === 0)
    throw new TrainingError(
      "Name what to try, such as --try 'meta.learningRate=[0.001,0.0005]', or a file with --search.",
    )
  return parseSearch(given)
}

function tried(text: string): [string, unknown] {
  const [, path, values] = /^([^=]+)=(.*)$/s.exec(text) ?? []
  try {
    return [path ?? '', JSON.parse(values ?? '')]
  } catch {
    throw new TrainingError(`--try ${text} is no list of values: write a path and JSON, such as meta.ways=[5,20].`)
  }
}

/** `reptile-serve train`: a meta-training in a folder of its own, or the rest of one. */
import { relative, resolve } from 'node:path'
import { Command } from 'commander'
import { RunFolder, runFolderName } from '../training/run/run-folder.js'
import { train } from '../training/run/train.js'
import { requireSameSettings } from '../training/run/training-run.js'
import type { RunSettings } from '../training/settings.js'
import { TrainingError } from '../training/training-error.js'
import { count, typed } from './arguments.js'
import { withEngine } from './engine.js'
import { Interrupts } from './interrupts.js'
import { measurement, ProgressLine } from './progress-line.js'
import { addRunOptions, presetHelp, type RunOptions, runSettings, withFlags } from './run-options.js'

interface TrainOptions extends RunOptions {
  readonly out?: string
  readonly resume?: string
  readonly workers?: number
  readonly printSettings?: boolean
}

const help = `${presetHelp}

Examples:
  reptile-serve train glyphs
  reptile-serve train omniglot-conv4 --data images/ --iterations 20000 --seed 2
  reptile-serve train omniglot-conv4 --data signs/ --name signs --set data.augmentation.shift=2
  reptile-serve train csv-mlp --data rows.csv --label species
  reptile-serve train omniglot-paper --print-settings --data images/ > run.json
  reptile-serve train --settings run.json --out runs/paper
  reptile-serve train --resume runs/paper

Ctrl-C finishes the meta-iteration and writes a checkpoint; --resume goes on from there, and from the last checkpoint
of a run that was killed: the weights are bit for bit those of a run that was never stopped.`

export function trainCommand(): Command {
  const command = new Command('train')
    .description('meta-train an initialization: a model that learns new classes from a few examples')
    .argument('[preset]', 'settings to start from')
  return addRunOptions(command)
    .option('--out <folder>', 'where the run goes (default: runs/<name>-<time>)')
    .option('--resume <folder>', 'go on with the run in that folder')
    .option('--workers <n>', 'cores to use (default: all); they change nothing in the weights', count)
    .option('--print-settings', 'print the settings as a file and do nothing')
    .addHelpText('after', help)
    .action(act)
}

async function act(preset: string | undefined, options: TrainOptions): Promise<void> {
  if (options.printSettings) {
    console.log(JSON.stringify(await runSettings(preset, options), null, 2))
    return
  }
  const folder =
    options.resume === undefined ? await begin(preset, options) : await goOn(options.resume, preset, options)
  try {
    await run(folder, options)
  } finally {
    await folder.close()
  }
}

async function begin(preset: string | undefined, options: TrainOptions): Promise<RunFolder> {
  const settings = withWholePath(await runSettings(preset, options))
  return RunFolder.create(options.out ?? runFolderName('runs', settings.model.name, new Date()), settings)
}

async function goOn(path: string, preset: string | undefined, options: TrainOptions): Promise<RunFolder> {
  if (preset !== undefined || options.out !== undefined || options.settings !== undefined)
    throw new TrainingError(`--resume ${path} goes on with the run as it is: leave preset, --out and --settings away.`)
  const folder = await RunFolder.open(path)
  try {
    requireSameSettings(folder, withFlags(folder.settings, options))
    return folder
  } catch (error) {
    await folder.close()
    throw error
  }
}

/** A run may be gone on with from another folder. */
function withWholePath(settings: RunSettings): RunSettings {
  const { data } = settings
  return 'path' in data ? { ...settings, data: { ...data, path: resolve(data.path) } } : settings
}

async function run(folder: RunFolder, { workers }: TrainOptions): Promise<void> {
  const now = () => performance.now() / 1000
  const progress = new ProgressLine(process.stdout, now)
  const interrupts = new Interrupts((signal) =>
    progress.say(`${signal}: finishing the meta-iteration and writing a checkpoint; once more ends it at once`),
  )
  const resume = `reptile-serve train --resume ${shown(folder.path)}`
  let hasStarted = false
  try {
    const end = await withEngine(workers, (engine) =>
      train(engine, folder, {
        command: typed(process.argv.slice(2)),
        signal: interrupts.signal,
        now,
        begun: (data) => {
          hasStarted = true
          progress.say(`run: ${shown(folder.path)}\ndata: ${data}`)
        },
        watch: (state) => progress.show(state),
        finishing: () => progress.finish('measuring and writing the report, which may take a minute'),
        measuring: (task, done, all) => progress.measure(task, done, all),
      }),
    )
    progress.end()
    if (end.finished) progress.say(whatNow(folder, end.validation.length > 0 ? measurement(end.validation) : undefined))
    else {
      progress.say(`stopped after ${end.state.iteration} meta-iterations; go on with: ${resume}`)
      process.exitCode = interrupts.exitCode
    }
  } catch (error) {
    progress.end()
    if (await folder.hasBegun()) progress.say(`what was reached is kept; go on with: ${resume}`)
    else if (hasStarted) progress.say(`there is no checkpoint yet; begin again with: ${resume}`)
    else await folder.discard()
    throw error
  } finally {
    interrupts.close()
  }
}

function whatNow({ path, models, settings: { model } }: RunFolder, reached: string | undefined): string {
  const serve = `MODELS_DIR=${shown(models)} DEFAULT_MODEL=${model.name} reptile-serve serve`
  return [...(reached ? [reached] : []), `report: ${shown(path)}/report.html`, `serve it: ${serve}`].join('\n')
}

/** As it can be typed here. */
function shown(path: string): string {
  const short = relative('', path)
  return short === '' ? '.' : short.startsWith('..') ? resolve(path) : short
}

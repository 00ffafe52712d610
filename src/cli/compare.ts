/** `reptile-serve compare`: initializations against each other, against training from scratch and against joint training. */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { Command, Option } from 'commander'
import type { Engine } from '../engine/engine.js'
import { jointDefaults, jointlyTrained } from '../training/baselines/joint.js'
import { fromScratch, type ScratchOptimizer, scratchOptimizers } from '../training/baselines/scratch.js'
import { type Contender, compareModels } from '../training/evaluate/compare.js'
import { comparisonPlot, comparisonTable, titleOf } from '../training/evaluate/comparison-figures.js'
import { type Protocol, protocols } from '../training/evaluate/protocols.js'
import { asMarkdown, asText } from '../training/evaluate/table.js'
import { replaceFile, writeFault } from '../training/run/atomic-file.js'
import type { TaskSource } from '../training/task.js'
import { TrainingError } from '../training/training-error.js'
import { collected, count, positive, whole, wholes } from './arguments.js'
import { showDone } from './done.js'
import { withEngine } from './engine.js'
import { addDataOptions, addTaskOptions, type DataOptions, evaluationData, waysOf } from './evaluation-data.js'
import { type FoundModel, findModel, requireNamed } from './find-model.js'

interface CompareOptions extends DataOptions {
  readonly model?: readonly string[]
  readonly scratch?: readonly ScratchOptimizer[]
  readonly scratchRate?: number
  readonly joint?: true | number
  readonly jointData?: string
  readonly ways?: number
  readonly shots: number
  readonly queries?: number
  readonly episodes: number
  readonly steps: number[]
  readonly protocol: Protocol
  readonly seed: number
  readonly workers?: number
  readonly out?: string
  readonly json?: boolean
}

const help = `
Examples:
  reptile-serve compare --model runs/signs --scratch adam --joint
  reptile-serve compare --model omniglot-conv4 --model runs/signs --data images/ --ways 20 --out figures/
  reptile-serve compare --model sine-mlp --shots 10 --scratch sgd adam rmsprop --steps 0,1,2,5,10,32
  reptile-serve compare --model sine-mlp --shots 10 --scratch sgd --scratch-rate 0.01`

/** "sgd 0.05, adam 0.001" */
const usualRates = Object.entries(scratchOptimizers)
  .map(([name, { learningRate }]) => `${name} ${learningRate}`)
  .join(', ')

export function compareCommand(): Command {
  const command = new Command('compare')
    .description('compare models by inner step, with each other, with none (scratch) and with joint training')
    .option('--model <model>', 'a shipped model, or the folder of a model or of a run; may be given again', collected)
    .addOption(
      new Option('--scratch <optimizers...>', 'train random weights on the few examples alone').choices(
        Object.keys(scratchOptimizers),
      ),
    )
    .option('--scratch-rate <x>', `learning rate of --scratch (default: ${usualRates})`, positive)
    .option('--joint [steps]', 'train one network on all training classes at once, so many steps', count)
    .option('--joint-data <path>', "data for that (default: the training classes of the first model's run)")
  return addTaskOptions(addDataOptions(command), { shots: 5, episodes: 200 })
    .option('--steps <list>', 'numbers of inner steps', wholes, [0, 1, 2, 5, 10, 20, 50])
    .addOption(new Option('--protocol <name>', 'how queries are put').choices(protocols).default('served'))
    .option('--seed <n>', 'of the tasks and of random weights', whole, 1)
    .option('--workers <n>', 'cores to use (default: all); they change no figure', count)
    .option('--out <folder>', 'write comparison.svg, comparison.md and comparison.json there')
    .option('--json', 'the figures as one line of JSON')
    .addHelpText('after', help)
    .action(act)
}

async function act(options: CompareOptions): Promise<void> {
  const names = requireNamed(options.model)
  if (options.scratchRate !== undefined && !options.scratch)
    throw new TrainingError(
      '--scratch-rate is of training from scratch: name its optimizer with --scratch, such as adam.',
    )
  const found = await Promise.all(names.map(findModel))
  const first = found[0]
  if (!first) throw new TrainingError('Name a model to compare with --model.')
  const { source, summary } = await evaluationData(first.model.artifact, first.run, options)
  const { shots, queries, episodes, steps, protocol, seed } = options
  const ways = waysOf(first.model.artifact, options.ways)
  const comparison = await withEngine(options.workers, async (engine) => {
    const contenders = [
      ...found.map(({ model }, index) => ({ name: names[index] ?? model.artifact.name, model })),
      ...(await joint(engine, first, options)),
      ...(options.scratch ?? []).map(
        (optimizer): Contender => ({
          name: `scratch, ${optimizer}`,
          model: fromScratch(first.model.artifact, { optimizer, seed, learningRate: options.scratchRate }),
        }),
      ),
    ]
    const settings = { ways, shots, queries, episodes, steps, protocol, seed }
    return compareModels(engine, contenders, source, settings, (name, done) =>
      showDone(done, episodes, `${name}: tasks`),
    )
  })
  const table = comparisonTable(comparison)
  if (options.json) console.log(JSON.stringify(comparison))
  else console.log(`data: ${summary}\n${titleOf(comparison)}\n${asText(table)}`)
  if (options.out === undefined) return
  await mkdir(options.out, { recursive: true }).catch((error) => {
    throw writeFault(error, options.out ?? '')
  })
  await replaceFile(join(options.out, 'comparison.svg'), comparisonPlot(comparison))
  await replaceFile(join(options.out, 'comparison.md'), `${asMarkdown(table)}\n`)
  await replaceFile(join(options.out, 'comparison.json'), `${JSON.stringify(comparison, null, 2)}\n`)
}

async function joint(engine: Engine, first: FoundModel, options: CompareOptions): Promise<Contender[]> {
  if (options.joint === undefined) return []
  const { artifact } = first.model
  const steps = options.joint === true ? jointDefaults.steps : options.joint
  const source = await trainingClasses(first, options)
  const settings = { ...jointDefaults, steps, seed: options.seed }
  const model = await jointlyTrained(engine, artifact, source, settings, (done) =>
    showDone(done, steps, 'joint: steps'),
  )
  return [{ name: 'joint training', model }]
}

async function trainingClasses({ model, run }: FoundModel, options: CompareOptions): Promise<TaskSource> {
  const { jointData, kind, label } = options
  if (jointData !== undefined) {
    const named = { data: jointData, ...(kind && { kind }), ...(label && { label }), part: 'training' }
    return (await evaluationData(model.artifact, undefined, named)).source
  }
  if (!run)
    throw new TrainingError(
      'Joint training needs training classes: name them with --joint-data, or a run with --model.',
    )
  return (await evaluationData(model.artifact, run, { part: 'training' })).source
}

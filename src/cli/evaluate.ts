/** `reptile-serve evaluate`: how well a model does on tasks of classes that it has never seen. */
import { Command, Option } from 'commander'
import { evaluateModel } from '../training/evaluate/evaluate.js'
import { evaluationLine, evaluationText } from '../training/evaluate/evaluation-line.js'
import { type Protocol, protocols } from '../training/evaluate/protocols.js'
import { count, positive, whole, wholes } from './arguments.js'
import { showDone } from './done.js'
import { withEngine } from './engine.js'
import { addDataOptions, addTaskOptions, type DataOptions, evaluationData, waysOf } from './evaluation-data.js'
import { findModel, requireNamed } from './find-model.js'

interface EvaluateOptions extends DataOptions {
  readonly model?: string
  readonly ways?: number
  readonly shots: number
  readonly episodes: number
  readonly queries?: number
  readonly steps?: number[]
  readonly rate?: number
  readonly batch?: number
  readonly protocol?: Protocol[]
  readonly seed: number
  readonly workers?: number
  readonly json?: boolean
}

const help = `
Examples:
  reptile-serve evaluate --model omniglot-conv4 --data images/ --ways 20 --shots 1 --episodes 1000 --json
  reptile-serve evaluate --model runs/signs --steps 0,5,50
  reptile-serve evaluate --model sine-mlp --shots 10
  reptile-serve evaluate --model omniglot-conv4 --kind glyphs --set data.augmentation.turn=45

Protocols: "transductive" answers all queries of a task at once, "one-query" one at a time beside the support set (the
two of the paper), "served" as POST /predict does.`

export function evaluateCommand(): Command {
  const command = new Command('evaluate')
    .description('measure a model on tasks of new classes, with 95% intervals')
    .option('--model <model>', 'a shipped model, or the folder of a model or of a run')
  return addTaskOptions(addDataOptions(command), { shots: 1, episodes: 1000 })
    .option('--steps <list>', "numbers of inner steps, such as 0,5,50 (default: the model's)", wholes)
    .option('--rate <x>', "learning rate of the inner steps (default: the model's)", positive)
    .option('--batch <n>', 'examples of an inner step (default: as served)', count)
    .addOption(new Option('--protocol <names...>', 'how queries are put (default: all)').choices(protocols))
    .option('--seed <n>', 'of the tasks', whole, 1)
    .option('--workers <n>', 'cores to use (default: all); they change no figure', count)
    .option('--json', 'one line of JSON')
    .addHelpText('after', help)
    .action(act)
}

async function act(options: EvaluateOptions): Promise<void> {
  const { model, run } = await findModel(requireNamed(options.model))
  const { source, summary } = await evaluationData(model.artifact, run, options)
  const { shots, queries, episodes, seed, steps, batch } = options
  const ways = waysOf(model.artifact, options.ways)
  const asked = { ways, shots, queries, episodes, seed, steps, batch }
  const evaluation = await withEngine(options.workers, (engine) =>
    evaluateModel(
      engine,
      model,
      source,
      { ...asked, learningRate: options.rate, protocols: options.protocol },
      (done) => showDone(done, episodes, 'tasks'),
    ),
  )
  if (!options.json) console.log(`data: ${summary}`)
  console.log(options.json ? evaluationLine(evaluation) : evaluationText(evaluation))
}

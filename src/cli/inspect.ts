/** `reptile-serve inspect`: what a model is and how it came to be; where a run stands. */
import { resolve } from 'node:path'
import { Command } from 'commander'
import { classTensors } from '../learner/gaussian-head.js'
import { expectedTensors } from '../learner/initialization.js'
import { populationTensors } from '../learner/population.js'
import type { Artifact, Layer, Model } from '../model/artifact.js'
import { sizeOf } from '../program/program.js'
import { readCheckpoint } from '../training/run/checkpoint.js'
import { MetricsFile } from '../training/run/metrics.js'
import { checkpointFile, lockFile, metricsFile } from '../training/run/run-folder.js'
import { livingOwner } from '../training/run/run-lock.js'
import type { RunSettings } from '../training/settings.js'
import { findModel } from './find-model.js'
import { measurement } from './progress-line.js'

const help = `
Examples:
  reptile-serve inspect omniglot-conv4
  reptile-serve inspect runs/signs
  reptile-serve inspect runs/signs --json | jq .model.provenance.reached`

export function inspectCommand(): Command {
  return new Command('inspect')
    .description('print what a model is, or where a run stands')
    .argument('<model>', 'a shipped model, or the folder of a model or of a run')
    .option('--json', 'everything, as JSON')
    .addHelpText('after', help)
    .action(act)
}

async function act(name: string, { json }: { json?: boolean }): Promise<void> {
  const { model, run } = await findModel(name)
  const standing = run && (await standingOf(name, run))
  const facts = { ...(standing && { run: standing }), model: { digest: model.digest, ...model.artifact } }
  if (json) console.log(JSON.stringify(facts, null, 2))
  else console.log([...(standing ? linesOfRun(standing) : []), ...linesOfModel(model)].join('\n'))
}

interface Standing {
  readonly folder: string
  readonly iteration: number
  readonly iterations: number
  /** The process that works on it at this moment. */
  readonly process: number | undefined
  readonly last: Awaited<ReturnType<MetricsFile['read']>>[number] | undefined
}

async function standingOf(folder: string, { meta: { iterations } }: RunSettings): Promise<Standing> {
  return {
    folder: resolve(folder),
    iteration: (await readCheckpoint(checkpointFile(folder)))?.state.iteration ?? 0,
    iterations,
    process: await livingOwner(lockFile(folder)),
    last: (await new MetricsFile(metricsFile(folder)).read()).at(-1),
  }
}

function linesOfRun({ folder, iteration, iterations, process, last }: Standing): string[] {
  const state =
    process === undefined ? (iteration < iterations ? 'stopped' : 'finished') : `running (process ${process})`
  return [
    `run         ${folder}: ${state}, checkpoint after ${iteration} of ${iterations} meta-iterations`,
    ...(last
      ? [`last line   iteration ${last.iteration}, loss ${last.firstLoss.toFixed(4)} -> ${last.lastLoss.toFixed(4)}`]
      : []),
    ...(last?.validation ? [`measured    ${measurement(last.validation)}`] : []),
  ]
}

function linesOfModel({ artifact, digest }: Model): string[] {
  const { name, description, task, input, layers, head, innerLoop, provenance } = artifact
  // What was measured and not learned is none.
  const measured = new Set([...populationTensors(artifact), ...classTensors(artifact)].map(({ name }) => name))
  const parameters = expectedTensors(artifact)
    .filter(({ name }) => !name.startsWith('secondMoment.') && !measured.has(name))
    .reduce((sum, { shape }) => sum + sizeOf(shape), 0)
  const { optimizer, scope, widths } = innerLoop
  const command = provenance.command
  return [
    `model       ${name}: ${description}`,
    `digest      ${digest}`,
    `task        ${task}`,
    `input       ${input.kind === 'image' ? `image ${input.height} x ${input.width} x ${input.channels}, ${input.polarity}` : `${input.length} values`}`,
    `layers      ${layers.map(layerText).join(', ')}`,
    ...(head ? [`head        ${headText(head)}`] : []),
    `parameters  ${parameters}`,
    `adapts      ${scope}, ${Object.values(optimizer).join(' ')}`,
    ...widths.map(
      ({ classes, batch, steps, learningRate }) =>
        `            ${classes > 0 ? `up to ${classes} classes: ` : ''}${steps} steps of ${batch} examples at ${learningRate}`,
    ),
    ...(typeof command === 'string' ? [`made by     ${command}`] : []),
  ]
}

function headText(head: NonNullable<Artifact['head']>): string {
  if (head.kind === 'shared') return 'from one shared vector'
  const { scale, gaussian } = head
  return gaussian
    ? `from prototypes among normal classes, shrinkage ${gaussian.shrinkage}, temper ${gaussian.temper}`
    : `from prototypes, scale ${scale}`
}

function layerText(layer: Layer): string {
  switch (layer.type) {
    case 'conv2d':
      return `conv ${layer.kernel}x${layer.kernel} ${layer.filters}${layer.stride > 1 ? ` / ${layer.stride}` : ''}`
    case 'maxPool':
      return `max pool ${layer.size}x${layer.size} / ${layer.stride}`
    case 'dense':
      return `dense ${layer.units}`
    case 'dropout':
      return `dropout ${layer.rate}`
    case 'batchNorm':
      return 'batch norm'
    default:
      return layer.type
  }
}

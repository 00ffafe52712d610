/**
 * The adapt program: up to `slice` inner steps for B clients at once, each a forward pass, a backward pass and an update.
 * Weights and moments go in and come out, so a run of k steps is cut into slices and resumed without a trace.
 */
import { type Artifact, inputSize } from '../model/artifact.js'
import { Builder } from '../program/builder.js'
import { differentiate } from '../program/differentiate.js'
import type { Program, Shape, Value } from '../program/program.js'
import { at } from '../program/program.js'
import { crossEntropy, squaredError } from './losses.js'
import type { Mode } from './network.js'
import { classify, forward } from './network.js'
import { lossScale, momentsPerParameter, update } from './optimizers.js'
import { layoutParameters, outputSize, splitParameters, splitShared } from './parameters.js'
import { penalty } from './penalties.js'
import { knownStatistics, populationParams } from './population.js'
import { layerShapes } from './shapes.js'

export interface AdaptShape {
  /** Width of the head; 0 for regression. */
  readonly classes: number
  /** B */
  readonly clients: number
  /** b: examples in a mini-batch. */
  readonly batch: number
  /** S: the most steps of one run. */
  readonly slice: number
}

/** The dropout layers and the shape of their masks for one mini-batch of one client. */
export function dropoutMasks(artifact: Artifact, batch: number): { name: string; rate: number; shape: Shape }[] {
  const shapes = layerShapes(artifact)
  return artifact.layers.flatMap((layer, index) => {
    const { channels, height, width } = at(shapes, index)
    return layer.type === 'dropout'
      ? [{ name: `mask.${index}`, rate: layer.rate, shape: [channels, batch * height * width] }]
      : []
  })
}

/**
 * Feeds: weights[B,P], moments[B,m*P], shared[1,Q] (where the scope leaves something out), rates[S,B], steps (at most S),
 * x[S,B,b,input], y[S,B,b,classes or outputs], mask.<layer>[S,B,C,N] for each dropout layer, and where batch norms have a prior
 * population and priorShares (population.ts).
 * Results: weights[B,P], moments[B,m*P], losses[S,B] (the loss before each step, without penalties; the
 * rows from `steps` on mean nothing).
 */
export function adaptProgram(artifact: Artifact, { classes, clients, batch, slice }: AdaptShape): Program {
  const layout = layoutParameters(artifact, classes)
  const moments = momentsPerParameter(artifact.innerLoop.optimizer) * layout.adaptedSize
  const input = inputSize(artifact.input)
  const outputs = outputSize(artifact, classes)
  const masks = dropoutMasks(artifact, batch)
  const declare = (b: Builder, leading: Shape) => ({
    rates: b.param('rates', [...leading, clients]),
    x: b.param('x', [...leading, clients, batch, input]),
    y: b.param('y', [...leading, clients, batch, outputs]),
    masks: masks.map(({ name, shape }) => b.param(name, [...leading, clients, ...shape])),
  })
  const state = (b: Builder) => [
    b.param('weights', [clients, layout.adaptedSize]),
    ...(moments > 0 ? [b.param('moments', [clients, moments])] : []),
  ]
  const fixed = (b: Builder): Fixed => ({
    shared: layout.sharedSize > 0 ? [b.keptParam('shared', [1, layout.sharedSize])] : [],
    population: populationParams(b, artifact, clients),
  })

  const outer = new Builder()
  const carried = state(outer)
  const { rates, x, y, masks: maskStacks } = declare(outer, [slice])
  const { shared, population } = fixed(outer)
  const steps = outer.param('steps', [], 'i32')
  const body = innerStep(artifact, { classes, clients }, state, declare, fixed)
  const result = outer.repeat(body, slice, steps, {
    carried,
    sliced: [rates, x, y, ...maskStacks],
    shared: [...shared, ...population],
  })
  const [weights, last] = result.carried
  return outer.build({ weights: weights as Value, ...(last ? { moments: last } : {}), losses: at(result.stacked, 0) })
}

interface StepInputs {
  readonly rates: Value
  readonly x: Value
  readonly y: Value
  readonly masks: readonly Value[]
}

/** What is the same in every step. */
interface Fixed {
  readonly shared: readonly Value[]
  readonly population: readonly Value[]
}

/** The body of the loop: one inner step. */
function innerStep(
  artifact: Artifact,
  { classes, clients }: Pick<AdaptShape, 'classes' | 'clients'>,
  state: (b: Builder) => Value[],
  declare: (b: Builder, leading: Shape) => StepInputs,
  fixed: (b: Builder) => Fixed,
): Program {
  const layout = layoutParameters(artifact, classes)
  const b = new Builder()
  const [weights, moments] = state(b) as [Value, Value | undefined]
  const { rates, x, y, masks } = declare(b, [])
  const { shared, population } = fixed(b)
  const parameters = splitParameters(b, weights, layout.adapted)
  for (const flat of shared)
    for (const [name, value] of splitShared(b, flat, layout, clients)) parameters.set(name, value)
  const outputs = forward(b, artifact, parameters, x, ofMiniBatch(b, artifact, masks, population))
  const loss =
    artifact.task === 'classification'
      ? crossEntropy(b, classify(b, parameters, outputs), y)
      : squaredError(b, outputs, y)
  // The clients' losses are independent, so the gradient of their sum is each one's own.
  const ofExamples = b.sum(loss, [0])
  const ofWeights = penalty(b, artifact.innerLoop, layout, parameters)
  const total = b.scale(ofWeights ? b.add(ofExamples, ofWeights) : ofExamples, lossScale(artifact.innerLoop.optimizer))
  const [gradient] = differentiate(b, total, [weights])
  const rate = b.reshape(rates, [clients, 1])
  const next = update(b, artifact.innerLoop.optimizer, weights, gradient as Value, moments, rate)
  return b.build({
    weights: next.weights,
    ...(next.moments ? { moments: next.moments } : {}),
    losses: b.reshape(loss, [clients]),
  })
}

/** While adapting, batch norm takes the statistics of the mini-batch, and what is known of the training data. */
function ofMiniBatch(b: Builder, artifact: Artifact, masks: readonly Value[], population: readonly Value[]): Mode {
  const dropouts = artifact.layers.flatMap((layer, index) => (layer.type === 'dropout' ? [index] : []))
  const known = knownStatistics(b, artifact, population)
  return {
    ownStatistics: known,
    normalize: (layer, x, scale, shift, epsilon) => b.normalize(x, scale, shift, epsilon, known(layer)).value,
    dropoutMask: (layer) => at(masks, dropouts.indexOf(layer)),
  }
}

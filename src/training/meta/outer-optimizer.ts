/**
 * The meta-step: moves the initialization along the mean direction that the tasks found. Plain: theta + epsilon * direction
 * (paper, algorithm 2). Adam: -direction is taken for a gradient (paper, section 3), epsilon for the rate.
 */
import type { Initialization } from '../../learner/initialization.js'
import { at } from '../../program/program.js'
import type { MetaSettings } from '../settings.js'

export type OuterSettings = MetaSettings['outer']

type Moving = Pick<Initialization, 'body' | 'head'>

/** The parts of an initialization that the meta-step moves. */
export function movedParts({ body, head }: Moving): Float32Array[] {
  return head ? [body, head] : [body]
}

/** What the optimizer remembers at first: of each part its mean gradient and its mean squared gradient, or nothing. */
export function startingOuter(settings: OuterSettings, initialization: Moving): Float32Array[] {
  if (settings.type === 'sgd') return []
  return movedParts(initialization).flatMap(({ length }) => [new Float32Array(length), new Float32Array(length)])
}

export interface OuterStep {
  /** The parts after the step, in the order of `movedParts`. */
  readonly parts: readonly Float32Array[]
  readonly outer: readonly Float32Array[]
}

/** One meta-step, the `iteration`th counted from 0; `directions` are as long as the parts. Nothing that is handed over is changed. */
export function outerStep(
  settings: OuterSettings,
  parts: readonly Float32Array[],
  directions: readonly Float64Array[],
  outer: readonly Float32Array[],
  { epsilon, iteration }: { readonly epsilon: number; readonly iteration: number },
): OuterStep {
  if (settings.type === 'sgd')
    return { parts: parts.map((part, index) => plainStep(part, at(directions, index), epsilon)), outer: [] }
  const steps = parts.map((part, index) =>
    adamStep(settings, part, at(directions, index), [at(outer, 2 * index), at(outer, 2 * index + 1)], {
      epsilon,
      iteration,
    }),
  )
  return { parts: steps.map(({ part }) => part), outer: steps.flatMap(({ moments }) => moments) }
}

function plainStep(part: Float32Array, direction: Float64Array, epsilon: number): Float32Array {
  const next = new Float32Array(part.length)
  for (let i = 0; i < next.length; i++) next[i] = (part[i] as number) + epsilon * (direction[i] as number)
  return next
}

/** Kingma and Ba, algorithm 1. */
function adamStep(
  { beta1, beta2, epsilon: small }: Extract<OuterSettings, { type: 'adam' }>,
  part: Float32Array,
  direction: Float64Array,
  [first, second]: readonly [Float32Array, Float32Array],
  { epsilon, iteration }: { readonly epsilon: number; readonly iteration: number },
): { part: Float32Array; moments: [Float32Array, Float32Array] } {
  const [bias1, bias2] = [1 - beta1 ** (iteration + 1), 1 - beta2 ** (iteration + 1)]
  const [next, mean, square] = [part, part, part].map(({ length }) => new Float32Array(length)) as [
    Float32Array,
    Float32Array,
    Float32Array,
  ]
  for (let i = 0; i < next.length; i++) {
    const gradient = -(direction[i] as number)
    const m = beta1 * (first[i] as number) + (1 - beta1) * gradient
    const v = beta2 * (second[i] as number) + (1 - beta2) * gradient * gradient
    mean[i] = m
    square[i] = v
    next[i] = (part[i] as number) - (epsilon * (m / bias1)) / (Math.sqrt(v / bias2) + small)
  }
  return { part: next, moments: [mean, square] }
}

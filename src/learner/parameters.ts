/**
 * The parameters of a model and their places in flat vectors. What adapts is one vector a client, the body first and the
 * head behind it; what the scope of adaptation leaves out is one vector shared among clients.
 */
import type { Artifact, Layer, NamedShape, Scope } from '../model/artifact.js'
import type { Builder } from '../program/builder.js'
import type { Value } from '../program/program.js'
import { at, sizeOf } from '../program/program.js'
import { layerShapes } from './shapes.js'

export interface Parameter extends NamedShape {
  readonly role: 'body' | 'norm' | 'head'
}

export interface ParameterLayout {
  /** In the order of the flat vector; the head's parameters come last. */
  readonly adapted: readonly Parameter[]
  readonly shared: readonly Parameter[]
  readonly adaptedSize: number
  /** How many of the adapted numbers belong to the body; the rest is the head of a classifier. */
  readonly bodySize: number
  readonly sharedSize: number
}

/** Lays out a model's parameters for heads of `classes` classes (0 for regression, whose last layer is an ordinary one). */
export function layoutParameters(artifact: Artifact, classes: number): ParameterLayout {
  const body = bodyParameters(artifact)
  const head = artifact.task === 'classification' ? headParameters(artifact, classes) : []
  const adapts = (parameter: Parameter) => inScope(artifact.innerLoop.scope, parameter)
  const adaptedBody = body.filter(adapts)
  const shared = body.filter((parameter) => !adapts(parameter))
  return {
    adapted: [...adaptedBody, ...head],
    shared,
    adaptedSize: sizeOfAll([...adaptedBody, ...head]),
    bodySize: sizeOfAll(adaptedBody),
    sharedSize: sizeOfAll(shared),
  }
}

export function sizeOfAll(parameters: readonly NamedShape[]): number {
  return parameters.reduce((sum, { shape }) => sum + sizeOf(shape), 0)
}

/** Cuts flat vectors [B, size] into parameters [B, ...shape], by name. */
export function splitParameters(b: Builder, flat: Value, parameters: readonly NamedShape[]): Map<string, Value> {
  const clients = at(flat.type.shape, 0)
  const parts = b.split(
    flat,
    1,
    parameters.map(({ shape }) => sizeOf(shape)),
  )
  return new Map(parameters.map(({ name, shape }, index) => [name, b.reshape(at(parts, index), [clients, ...shape])]))
}

/** The layout of the body alone: what the features of a support set depend on. */
export function bodyOf(artifact: Artifact): ParameterLayout {
  const layout = layoutParameters(artifact, 0)
  const adapted = layout.adapted.filter(({ name }) => !name.startsWith('head.'))
  return { ...layout, adapted, adaptedSize: layout.bodySize }
}

/** Declares weights[B,P] and, where there is something shared, shared[1,Q], and cuts them into parameters. */
export function declareWeights(b: Builder, layout: ParameterLayout, clients: number): Map<string, Value> {
  const adapted =
    layout.adaptedSize > 0
      ? splitParameters(b, b.keptParam('weights', [clients, layout.adaptedSize]), layout.adapted)
      : []
  const shared =
    layout.sharedSize > 0 ? splitShared(b, b.keptParam('shared', [1, layout.sharedSize]), layout, clients) : []
  return new Map([...adapted, ...shared])
}

/** One copy a client: the matrix products of a batch of clients want equal leading axes. */
export function splitShared(b: Builder, shared: Value, layout: ParameterLayout, clients: number): Map<string, Value> {
  return splitParameters(b, b.expand(shared, [clients, layout.sharedSize]), layout.shared)
}

function bodyParameters(artifact: Artifact): Parameter[] {
  const shapes = layerShapes(artifact)
  const last = artifact.layers.findLastIndex((layer) => layer.type === 'dense')
  return artifact.layers.flatMap((layer, index) => {
    const isHead = artifact.task === 'regression' && index === last
    return layerParameters(layer, index, at(shapes, index).channels, at(shapes, index).size).map(
      (parameter): Parameter => (isHead ? { ...parameter, role: 'head' } : parameter),
    )
  })
}

/** `channels` and `size` (all values of one example) are those of the layer's input. */
function layerParameters(layer: Layer, index: number, channels: number, size: number): Parameter[] {
  switch (layer.type) {
    case 'conv2d': {
      const weight: Parameter = {
        name: `${index}.weight`,
        shape: [layer.kernel, layer.kernel, channels, layer.filters],
        role: 'body',
      }
      return layer.bias ? [weight, { name: `${index}.bias`, shape: [layer.filters], role: 'body' }] : [weight]
    }
    case 'batchNorm':
      return [
        { name: `${index}.scale`, shape: [channels], role: 'norm' },
        { name: `${index}.shift`, shape: [channels], role: 'norm' },
      ]
    case 'dense':
      return [
        { name: `${index}.weight`, shape: [layer.units, size], role: 'body' },
        { name: `${index}.bias`, shape: [layer.units], role: 'body' },
      ]
    default:
      return []
  }
}

export function headParameters(artifact: Artifact, classes: number): Parameter[] {
  return [
    { name: 'head.weight', shape: [classes, featureSize(artifact)], role: 'head' },
    { name: 'head.bias', shape: [classes], role: 'head' },
  ]
}

/** How many numbers the last layer gives an example: the features that a head sees, or the outputs of a regression. */
export function featureSize(artifact: Artifact): number {
  return at(layerShapes(artifact), artifact.layers.length).size
}

/** How many numbers the network ends in: one a class of a head that is `classes` wide, or the outputs of a regression. */
export function outputSize(artifact: Artifact, classes: number): number {
  return artifact.task === 'classification' ? classes : featureSize(artifact)
}

function inScope(scope: Scope, { role }: Parameter): boolean {
  return scope === 'all' || role === 'head' || (scope === 'norm' && role === 'norm')
}

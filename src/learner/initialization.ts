/** What meta-training finds, as flat vectors: where every adaptation starts. */
import type { Artifact, Model, NamedShape } from '../model/artifact.js'
import { at, sizeOf } from '../program/program.js'
import { classTensors } from './gaussian-head.js'
import { momentsPerParameter } from './optimizers.js'
import { bodyOf, featureSize, headParameters, type Parameter, sizeOfAll } from './parameters.js'
import { populationTensors } from './population.js'

export interface Initialization {
  /** The body's adapted parameters. */
  readonly body: Float32Array
  /** What the scope of adaptation leaves out. */
  readonly shared: Float32Array
  /** The shared-vector head, [F + 1]. */
  readonly head: Float32Array | undefined
  /** Carried second moments of the body, and of a head's row [F + 1]; zeros where the optimizer starts afresh. */
  readonly bodyMoments: Float32Array
  readonly headMoments: Float32Array
  /** Statistics of the training data (population.ts); absent where batch norms have no prior, and while training. */
  readonly population?: Float32Array | undefined
  /** Those of the training data (gaussian-head.ts), flat; absent where the head is not to know them, and while training. */
  readonly classes?: Float32Array | undefined
}

const SECOND_MOMENT = 'secondMoment.'

/** Whether second moments are part of the initialization. */
export function carriesMoments({ innerLoop: { optimizer } }: Artifact): boolean {
  return optimizer.type === 'adam' && optimizer.moments === 'carried'
}

/** The tensors that an artifact's weights must hold, with their shapes. */
export function expectedTensors(artifact: Artifact): NamedShape[] {
  const layout = bodyOf(artifact)
  const row = rowParameters(artifact)
  const own = [...layout.adapted, ...layout.shared, ...(artifact.head?.kind === 'shared' ? row : [])]
  const moments = carriesMoments(artifact) ? [...layout.adapted, ...row] : []
  const carried = moments.map(({ name, shape }) => ({
    name: SECOND_MOMENT + name,
    shape,
    sign: 'not negative' as const,
  }))
  return [...own, ...carried, ...populationTensors(artifact), ...classTensors(artifact)]
}

/** Reads the initialization out of a model whose tensors have been checked. */
export function initializationOf({ artifact, tensors }: Model): Initialization {
  const layout = bodyOf(artifact)
  const row = rowParameters(artifact)
  const [population, classes] = [populationTensors(artifact), classTensors(artifact)]
  const has = (parameters: readonly NamedShape[]) => parameters.some(({ name }) => tensors.has(name))
  const flat = (parameters: readonly NamedShape[], prefix = ''): Float32Array => {
    const result = new Float32Array(sizeOfAll(parameters))
    let offset = 0
    for (const { name, shape } of parameters) {
      result.set(tensors.get(prefix + name)?.data ?? [], offset)
      offset += sizeOf(shape)
    }
    return result
  }
  return {
    body: flat(layout.adapted),
    shared: flat(layout.shared),
    head: artifact.head?.kind === 'shared' ? flat(row) : undefined,
    bodyMoments: flat(layout.adapted, SECOND_MOMENT),
    headMoments: flat(row, SECOND_MOMENT),
    ...(has(population) ? { population: flat(population) } : {}),
    ...(has(classes) ? { classes: flat(classes) } : {}),
  }
}

/** The tensors of an initialization, by name: the inverse of `initializationOf`. */
export function tensorsOf(artifact: Artifact, initialization: Initialization): Model['tensors'] {
  const layout = bodyOf(artifact)
  const row = rowParameters(artifact)
  const tensors = new Map<string, { shape: readonly number[]; data: Float32Array }>()
  const add = (parameters: readonly NamedShape[], data: Float32Array, prefix = '') => {
    let offset = 0
    for (const { name, shape } of parameters) {
      tensors.set(prefix + name, { shape, data: data.slice(offset, offset + sizeOf(shape)) })
      offset += sizeOf(shape)
    }
  }
  add(layout.adapted, initialization.body)
  add(layout.shared, initialization.shared)
  if (initialization.head) add(row, initialization.head)
  if (carriesMoments(artifact)) {
    add(layout.adapted, initialization.bodyMoments, SECOND_MOMENT)
    add(row, initialization.headMoments, SECOND_MOMENT)
  }
  if (initialization.population) add(populationTensors(artifact), initialization.population)
  if (initialization.classes) add(classTensors(artifact), initialization.classes)
  return tensors
}

/** A model that is not, or not yet, on the disk. */
export function modelOf(artifact: Artifact, initialization: Initialization): Model {
  return { artifact, digest: '', tensors: tensorsOf(artifact, initialization) }
}

/** The optimizer's moments where an adaptation with heads of `width` classes starts: zeros, or the carried ones. */
export function startingMoments(artifact: Artifact, initialization: Initialization, width: number): Float32Array {
  const { optimizer } = artifact.innerLoop
  const { body, bodyMoments, headMoments } = initialization
  const features = headMoments.length > 0 ? featureSize(artifact) : 0
  const size = body.length + width * headMoments.length
  const moments = new Float32Array(momentsPerParameter(optimizer) * size)
  if (!carriesMoments(artifact)) return moments
  const second = moments.subarray(moments.length - size)
  second.set(bodyMoments)
  for (let row = 0; row < width; row++) {
    second.set(headMoments.subarray(0, features), body.length + row * features)
    second[body.length + width * features + row] = at(headMoments, features)
  }
  return moments
}

/** One row of a classifier's head, as stored: head.weight [F], head.bias [1]; a regression has none. */
function rowParameters(artifact: Artifact): Parameter[] {
  if (artifact.task === 'regression') return []
  return headParameters(artifact, 1).map((parameter) => ({ ...parameter, shape: [sizeOf(parameter.shape)] }))
}

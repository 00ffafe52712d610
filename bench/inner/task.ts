/**
 * The task that all contenders get: the same initial weights, second moments and mini-batches, made from a seed. The
 * moments are carried, as in serving, and rather large, so that losses fall slowly: with fresh ones Adam's first steps
 * are little more than the sign of each gradient, and one ReLU that rounding tips over its edge moves the losses of
 * n = 20 by 1e-3.
 */
import { createHash } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { uniformFloat32 } from 'pure-rand/distribution/uniformFloat32'
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus'
import { layoutParameters, type Parameter, sizeOfAll } from '../../src/learner/parameters.js'
import { inputSize } from '../../src/model/artifact.js'
import { sizeOf } from '../../src/program/program.js'
import { conv4, type Shape } from './shapes.js'

export interface Task {
  readonly shape: Shape
  readonly steps: number
  readonly learningRate: number
  /** Names and shapes of the parameters, in the order of `weights`. */
  readonly parameters: readonly Parameter[]
  readonly weights: Float32Array
  /** Adam's second moments, in the same order, as after so many steps that no bias is left to correct. */
  readonly moments: Float32Array
  /** [steps, batch, height, width, channels] */
  readonly inputs: Float32Array
  /** [steps, batch] */
  readonly classOf: Int32Array
}

type Draw = () => number

export function makeTask(shape: Shape, steps: number, seed: number): Task {
  const generator = xoroshiro128plus(seed)
  const draw: Draw = () => uniformFloat32(generator)
  const { adapted } = layoutParameters(conv4, shape.classes)
  const classOf = Int32Array.from({ length: steps * shape.batch }, (_, index) => index % shape.classes)
  return {
    shape,
    steps,
    learningRate: 0.001,
    parameters: adapted,
    weights: Float32Array.from(adapted.flatMap((parameter) => initialValues(parameter, draw))),
    moments: Float32Array.from({ length: sizeOfAll(adapted) }, () => 1e-2 * (0.5 + draw())),
    inputs: drawImages(classOf, shape.classes, draw),
    classOf,
  }
}

/** sha256 over weights, moments, inputs and classes, by which both sides show that they start from the same. */
export function digestOf({ weights, moments, inputs, classOf }: Task): string {
  const hash = createHash('sha256')
  for (const array of [weights, moments, inputs, classOf]) hash.update(bytesOf(array))
  return hash.digest('hex')
}

/** Writes the task's arrays as raw little-endian files and returns the message that describes them to a peer. */
export async function writeTask(task: Task, folder: string, threads: number): Promise<TaskMessage> {
  const [weightsFile, momentsFile, inputsFile, classesFile] = ['weights', 'moments', 'inputs', 'classes'].map((name) =>
    join(folder, name),
  ) as Files
  await writeFile(weightsFile, bytesOf(task.weights))
  await writeFile(momentsFile, bytesOf(task.moments))
  await writeFile(inputsFile, bytesOf(task.inputs))
  await writeFile(classesFile, bytesOf(task.classOf))
  const { height, width, channels } = imageSize
  return {
    weightsFile,
    momentsFile,
    inputsFile,
    classesFile,
    layers: conv4.layers,
    classes: task.shape.classes,
    learningRate: task.learningRate,
    threads,
    tensors: task.parameters.map(({ name, shape }) => ({ name, shape })),
    inputsShape: [task.steps, task.shape.batch, height, width, channels],
  }
}

export interface TaskMessage {
  readonly weightsFile: string
  readonly momentsFile: string
  readonly inputsFile: string
  readonly classesFile: string
  readonly layers: typeof conv4.layers
  readonly classes: number
  readonly learningRate: number
  readonly threads: number
  readonly tensors: readonly Pick<Parameter, 'name' | 'shape'>[]
  readonly inputsShape: readonly number[]
}

type Files = [string, string, string, string]

const imageSize = { height: 28, width: 28, channels: 1 }

/** Weights with the variance that keeps ReLU networks going (He et al. 2015); a small head; neutral batch norms. */
function initialValues({ name, shape }: Parameter, draw: Draw): number[] {
  const [kind] = name.split('.').slice(-1)
  // Kernels are [kernel, kernel, channels, filters], matrices [outputs, inputs].
  const fanIn = sizeOf(shape.length === 4 ? shape.slice(0, 3) : shape.slice(1))
  return Array.from({ length: sizeOf(shape) }, () => {
    if (kind === 'scale') return 1
    return kind === 'weight' ? (2 * draw() - 1) * Math.sqrt((name.startsWith('head.') ? 1 : 6) / fanIn) : 0
  })
}

/** Blurred by noise: a class is a pattern of black and white pixels. */
function drawImages(classOf: Int32Array, classes: number, draw: Draw): Float32Array {
  const size = inputSize(conv4.input)
  const patterns = Array.from({ length: classes }, () => Array.from({ length: size }, () => Number(draw() < 0.2)))
  const images = [...classOf].flatMap((label) => (patterns[label] ?? []).map((ink) => 0.5 * ink + 0.5 * draw()))
  return Float32Array.from(images)
}

function bytesOf(array: Float32Array | Int32Array): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength)
}

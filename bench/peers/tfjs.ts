/** TensorFlow.js as a peer: the inner loop op by op, as everybody writes it. It answers the protocol of protocol.py. */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Tensor1D, Tensor2D, Tensor4D, Variable } from '@tensorflow/tfjs-node-gpu'
import type { PeerRequest } from '../inner/peer-process.js'
import type { TaskMessage } from '../inner/task.js'

const say = (reply: object): void => void process.stdout.write(`${JSON.stringify(reply)}\n`)
// Libraries may print: the protocol keeps the real output to itself.
console.log = console.error
const firstLine = (error: unknown): string => String(error).split('\n', 1).join('').trim()

// What its kernels call, and Node 23 has taken away.
const util = createRequire(import.meta.url)('node:util') as Record<string, unknown>
util.isNullOrUndefined ??= (value: unknown) => value === null || value === undefined
util.isArray ??= Array.isArray

// Without its native part, which its installer would download, the package throws here.
const tf = await import('@tensorflow/tfjs-node-gpu').catch((error: unknown) => {
  say({ kind: 'unavailable', reason: firstLine(error) })
  process.exit()
})

type Tensor = InstanceType<typeof tf.Tensor>
interface NamedTensor {
  readonly name: string
  readonly tensor: Tensor
}

/** Adam's step count after meta-training: 0.999^n is nothing, so that no bias is corrected. */
const STEPS_BEFORE = 100_000

class Trainer {
  private readonly initial: readonly NamedTensor[]
  /** First moments, then second, as the optimizer's own state is ordered. */
  private readonly moments: readonly NamedTensor[]
  private readonly weights: ReadonlyMap<string, Variable>
  private readonly batches: readonly { readonly x: Tensor4D; readonly y: Tensor2D }[]
  private optimizer = tf.train.adam()
  readonly digest: string

  constructor(private readonly task: TaskMessage) {
    const files = [task.weightsFile, task.momentsFile, task.inputsFile, task.classesFile].map((file) =>
      readFileSync(file),
    )
    const [weights, moments, inputs, classes] = files.map((file) =>
      file.buffer.slice(file.byteOffset, file.byteOffset + file.byteLength),
    ) as Buffers
    this.digest = createHash('sha256').update(Buffer.concat(files)).digest('hex')
    this.initial = split(weights, task.tensors)
    const zeros = this.initial.map(({ name, tensor }) => ({ name, tensor: tf.zerosLike(tensor) }))
    this.moments = [...zeros, ...split(moments, task.tensors)]
    this.weights = new Map(this.initial.map(({ name, tensor }) => [name, tf.variable(tensor)]))
    const [steps, batch, ...image] = task.inputsShape as [number, number, number, number, number]
    const images = tf.split(tf.tensor(new Float32Array(inputs), [steps * batch, ...image]), steps)
    const labels = tf.split(tf.oneHot(tf.tensor1d(new Int32Array(classes), 'int32'), task.classes), steps)
    this.batches = images.map((x, step) => ({ x: x as Tensor4D, y: labels[step] as Tensor2D }))
  }

  async reset(): Promise<void> {
    this.optimizer.dispose()
    this.optimizer = tf.train.adam(this.task.learningRate, 0, 0.999, 1e-8)
    const copies = this.moments.map(({ name, tensor }) => ({ name, tensor: tf.clone(tensor) }))
    await this.optimizer.setWeights([{ name: 'iter', tensor: tf.scalar(STEPS_BEFORE, 'int32') }, ...copies])
    for (const { name, tensor } of this.initial) this.weights.get(name)?.assign(tensor)
  }

  async adapt(): Promise<number[]> {
    const variables = [...this.weights.values()]
    const losses = this.batches.map(({ x, y }) => this.optimizer.minimize(() => this.loss(x, y), true, variables))
    const values = [...(await tf.stack(losses as Tensor[]).data())]
    tf.dispose(losses as Tensor[])
    return values
  }

  private loss(x: Tensor4D, y: Tensor2D) {
    const weight = <T extends Tensor>(name: string) => this.weights.get(name) as Tensor as T
    const last = this.task.layers.reduce((value, layer, index) => {
      switch (layer.type) {
        case 'conv2d': {
          // TensorFlow's own kernels know no padding by a number.
          const around: [number, number] = [layer.padding, layer.padding]
          const padded = tf.pad(value, [[0, 0], around, around, [0, 0]])
          return tf.conv2d(padded, weight<Tensor4D>(`${index}.weight`), layer.stride, 'valid')
        }
        case 'batchNorm': {
          const { mean, variance } = tf.moments(value, [0, 1, 2])
          return tf.batchNorm4d(
            value,
            mean as Tensor1D,
            variance as Tensor1D,
            weight<Tensor1D>(`${index}.shift`),
            weight<Tensor1D>(`${index}.scale`),
            layer.epsilon,
          )
        }
        case 'relu':
          return tf.relu(value)
        default:
          throw new Error(`the benchmark's network has no ${layer.type}`)
      }
    }, x)
    // The head sees the features in the order channel, row, column.
    const features = tf.reshape(tf.transpose(last, [0, 3, 1, 2]), [x.shape[0], -1])
    const logits = tf.add(tf.matMul(features, weight<Tensor2D>('head.weight'), false, true), weight('head.bias'))
    return tf.losses.softmaxCrossEntropy(y, logits).asScalar()
  }
}

type Buffers = [ArrayBuffer, ArrayBuffer, ArrayBuffer, ArrayBuffer]

function split(buffer: ArrayBuffer, tensors: TaskMessage['tensors']): NamedTensor[] {
  let start = 0
  return tensors.map(({ name, shape }) => {
    const size = shape.reduce((product, length) => product * length, 1)
    start += size
    return { name, tensor: tf.tensor(new Float32Array(buffer, 4 * (start - size), size), [...shape]) }
  })
}

const trainers = new Map<string, Trainer>()

async function answer(request: PeerRequest): Promise<object> {
  if (request.do === 'setup') {
    const trainer = new Trainer(request.task)
    trainers.set(request.variant, trainer)
    return { kind: 'set-up', digest: trainer.digest }
  }
  const trainer = trainers.get(request.variant)
  if (!trainer) throw new Error(`${request.variant} was not set up`)
  let [elapsed, losses] = [0, [] as number[]]
  await trainer.reset()
  await sleep(Math.max(0, request.startAt - Date.now()))
  for (let number = 0; number < request.adaptations; number++) {
    if (number > 0) await trainer.reset()
    const started = performance.now()
    losses = await trainer.adapt()
    elapsed += performance.now() - started
  }
  return { kind: 'ran', ms: elapsed, losses }
}

say({ kind: 'ready', about: `tfjs ${tf.version.tfjs} (${tf.getBackend()})` })
for await (const line of createInterface(process.stdin)) {
  say(await answer(JSON.parse(line)).catch((error: unknown) => ({ kind: 'failed', reason: firstLine(error) })))
}

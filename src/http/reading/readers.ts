/**
 * Reads requests so that the server's own thread is never held up: what is small is read at once, where it is fastest,
 * everything else in threads.
 */
import { createRequire } from 'node:module'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { Piscina } from 'piscina'
import type { EncodedInput } from '../../codec/encoded-input.js'
import type { InputSpec } from '../../codec/values-to-input.js'
import { outputSize, type ServedModel } from '../../serving/served-model.js'
import type { Examples } from '../../serving/support.js'
import { HttpError } from '../failure.js'
import { answersOf } from './answers-of.js'
import { type Body, smallBody } from './body.js'
import { decodeInputs, type InputsOf } from './decode-inputs.js'
import type { ReadingLimits } from './limits.js'
import { ownBuffers } from './own-buffers.js'
import { fromJson, type Reading } from './parse.js'
import type { Parsed, ParsedAdapt, ParsedExample, ParsedMoreExamples, ParsedPredict } from './parsed.js'
import type { DecodeTask, ReaderReply, ReaderTask, Results } from './reader-task.js'
import { Turns } from './turns.js'

export interface ReaderSettings {
  readonly threads: number
  readonly limits: ReadingLimits
}

export class Readers {
  private here = 0

  private constructor(
    private readonly threads: Piscina<ReaderTask, ReaderReply<unknown>>,
    private readonly turns: Turns,
    private readonly limits: ReadingLimits,
  ) {}

  static start({ threads, limits }: ReaderSettings): Readers {
    const pool = new Piscina<ReaderTask, ReaderReply<unknown>>({
      ...workerFile(),
      minThreads: threads,
      maxThreads: threads,
      resourceLimits: { maxOldGenerationSizeMb: heapMebibytes(limits) },
    })
    // Who waits for a reader hears of its death; one that dies idle is replaced, and nobody has to hear.
    pool.on('error', () => {})
    return new Readers(pool, new Turns(threads), limits)
  }

  /** Resolves when the threads have started and read something; rejects where they cannot. */
  async warm(): Promise<void> {
    await Promise.all(Array.from({ length: this.threads.maxThreads }, () => this.threads.run({ kind: 'warm' })))
  }

  /** Bytes of bodies that the server's own thread has parsed. */
  get bytesReadHere(): number {
    return this.here
  }

  /** `query` is what stands behind the `?` of the URL. All throw HttpError, or the signal's reason. */
  adapt(body: Body, query: string, signal: AbortSignal): Promise<ParsedAdapt> {
    return this.read('adapt', body, query, signal)
  }

  moreExamples(body: Body, query: string, signal: AbortSignal): Promise<ParsedMoreExamples> {
    return this.read('moreExamples', body, query, signal)
  }

  predict(body: Body, query: string, signal: AbortSignal): Promise<ParsedPredict> {
    return this.read('predict', body, query, signal)
  }

  /**
   * One array an input, in their order, of the size that the model takes. The inputs are handed over: their memory must
   * not be used afterwards. Throws HttpError `invalid-request`, or the signal's reason.
   */
  decodeInputs(inputs: readonly EncodedInput[], spec: InputSpec, signal: AbortSignal): Promise<Float32Array[]> {
    return this.decode(inputs, 'inputs', spec, signal)
  }

  /** The inputs with their labels, or targets, as the model's task asks; the rest as decodeInputs. */
  async decodeExamples(
    examples: readonly ParsedExample[],
    { model: { artifact } }: ServedModel,
    signal: AbortSignal,
  ): Promise<Examples> {
    const targetSize = artifact.task === 'regression' ? outputSize(artifact) : undefined
    const answers = answersOf(examples, targetSize, this.limits)
    const encoded = examples.map(({ input }) => input)
    return { ...answers, inputs: await this.decode(encoded, 'examples', artifact.input, signal) }
  }

  /** To be called when nothing is read any more. */
  async close(): Promise<void> {
    await this.threads.close()
  }

  private async read<R extends Reading>(
    reading: R,
    { bytes, type }: Body,
    query: string,
    signal: AbortSignal,
  ): Promise<Parsed[R]> {
    const { limits } = this
    if (type.kind === 'json' && bytes.byteLength <= smallBody) {
      this.here += bytes.byteLength
      return fromJson[reading](bytes, query, limits)
    }
    // A small body lies in memory that is not its own.
    const own = bytes.byteLength <= smallBody ? new Uint8Array(bytes) : bytes
    return this.ask<R>({ kind: reading, bytes: own, type, query, limits }, transferable(own.buffer), signal)
  }

  private decode(
    inputs: readonly EncodedInput[],
    of: InputsOf,
    spec: InputSpec,
    signal: AbortSignal,
  ): Promise<Float32Array[]> {
    const delegate = (task: DecodeTask) => this.ask<'decode'>(task, ownBuffers(task.images), signal)
    return decodeInputs(inputs, of, spec, this.limits, delegate, signal)
  }

  /** Throws HttpError for what the sender did wrong. */
  private async ask<K extends keyof Results>(
    task: ReaderTask,
    handedOver: readonly ArrayBuffer[],
    signal: AbortSignal,
  ): Promise<Results[K]> {
    const work = () => this.threads.run(task, { transferList: [...handedOver] }).catch(explainDeath)
    const reply = await this.turns.run(work, signal)
    signal.throwIfAborted()
    if ('failure' in reply) throw new HttpError(reply.failure, reply.detail)
    return reply.value as Results[K]
  }
}

/** Under tsx and vitest this file is TypeScript and so is the worker, which a thread of Node 20 reads with tsx's help. */
function workerFile(): { filename: string; execArgv: string[] } {
  if (!import.meta.url.endsWith('.ts')) {
    return { filename: fileURLToPath(new URL('./reader-worker.js', import.meta.url)), execArgv: [] }
  }
  const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href
  return { filename: fileURLToPath(new URL('./reader-worker.ts', import.meta.url)), execArgv: ['--import', tsx] }
}

/** A reader that runs out of memory dies, and another takes its place; the request was larger than any should be. */
function explainDeath(error: unknown): never {
  if (!(error instanceof Error && 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY')) throw error
  throw new HttpError(
    { code: 'body-too-large' },
    'The request takes more memory to read than there is; send fewer examples or inputs at a time.',
  )
}

/** Memory that threads share anyway is not handed over. */
function transferable(memory: ArrayBufferLike): ArrayBuffer[] {
  return memory instanceof ArrayBuffer ? [memory] : []
}

/** What JSON of the largest size becomes, with room to spare; a reader that needs more dies alone. */
function heapMebibytes({ bodyBytes }: ReadingLimits): number {
  return 64 + Math.ceil((16 * bodyBytes) / 2 ** 20)
}

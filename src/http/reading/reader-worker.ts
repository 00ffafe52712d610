/** A reader thread: parses large bodies and decodes images, one task at a time. */
import { move, transferableSymbol, valueSymbol } from 'piscina'
import { CodecError } from '../../codec/codec-error.js'
import { decodeWithin } from '../../codec/decode-image.js'
import { PixelBudget } from '../../codec/pixel-budget.js'
import { HttpError } from '../failure.js'
import { ownBuffers } from './own-buffers.js'
import { parse } from './parse.js'
import type { Decoded, DecodeTask, ReaderReply, ReaderTask } from './reader-task.js'

const warmBody = Buffer.from('{"id":"warm","inputs":[{"values":[0]}]}')
const one = { bodyBytes: 1, imagePixels: 1, requestPixels: 1, examples: 1, inputs: 1, labelLength: 1, steps: 1 }

/** The reply, its memory handed over instead of copied. */
export default async function read(task: ReaderTask): Promise<unknown> {
  const reply = await answer(task)
  return move({ [transferableSymbol]: ownBuffers(reply), [valueSymbol]: reply })
}

async function answer(task: ReaderTask): Promise<ReaderReply<unknown>> {
  try {
    return { value: await perform(task) }
  } catch (error) {
    if (error instanceof HttpError) return { failure: error.failure, detail: error.message }
    throw error
  }
}

async function perform(task: ReaderTask): Promise<unknown> {
  switch (task.kind) {
    case 'decode':
      return decode(task)
    case 'warm':
      return parse('predict', warmBody, { kind: 'json' }, '', one)
    default:
      return parse(task.kind, task.bytes, task.type, task.query, task.limits)
  }
}

async function decode({ images, spec, imagePixels, pixelsLeft }: DecodeTask): Promise<Decoded> {
  const budget = new PixelBudget(imagePixels, pixelsLeft)
  const outcomes: (Float32Array | string)[] = []
  for (const image of images) {
    try {
      outcomes.push(await decodeWithin(image, spec, budget))
    } catch (error) {
      if (!(error instanceof CodecError)) throw error
      outcomes.push(error.message)
    }
  }
  return { outcomes, pixels: budget.used }
}

/** What the server's thread and its readers say to each other. */
import type { ImageSpec } from '../../codec/pixels-to-input.js'
import type { Failure } from '../failure.js'
import type { BodyType } from './body.js'
import type { ReadingLimits } from './limits.js'
import type { Parsed } from './parsed.js'

export type ReaderTask = ParseTask | DecodeTask | { readonly kind: 'warm' }

export interface ParseTask {
  readonly kind: keyof Parsed
  readonly bytes: Uint8Array
  readonly type: BodyType
  readonly query: string
  readonly limits: ReadingLimits
}

/** Images of one request, and how many pixels they may have, each and together. */
export interface DecodeTask {
  readonly kind: 'decode'
  readonly images: readonly Uint8Array[]
  readonly spec: ImageSpec
  readonly imagePixels: number
  readonly pixelsLeft: number
}

/** One outcome an image: the model's input, or a sentence about what is wrong. */
export interface Decoded {
  readonly outcomes: readonly (Float32Array | string)[]
  readonly pixels: number
}

/** What each task gives. */
export interface Results extends Parsed {
  readonly decode: Decoded
}

/** Failures are the sender's; what is thrown is the server's. */
export type ReaderReply<T> = { readonly value: T } | { readonly failure: Failure; readonly detail: string }

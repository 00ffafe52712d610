/** Requests after parsing: valid by the contract and the limits, images still files. They cross threads as they are. */
import type { EncodedInput } from '../../codec/encoded-input.js'
import type { components } from '../contract.gen.js'

type Retention = components['schemas']['Retention']

export type ParsedExample =
  | { readonly label: string; readonly input: EncodedInput }
  | { readonly target: Float32Array; readonly input: EncodedInput }
  /** A form's part: its name is a label to a model that classifies and a target to one that regresses. */
  | { readonly name: string; readonly input: EncodedInput }

/** What a request may say of how to adapt; the model, the stored adaptation or the server says what is not given. */
export interface AdaptSettings {
  readonly steps?: number
  readonly learningRate?: number
  readonly seed?: number
  readonly budgetMs?: number
  readonly ttlSeconds?: number
  readonly retention?: Retention
}

export interface ParsedMoreExamples extends AdaptSettings {
  readonly examples: readonly ParsedExample[]
}

export interface ParsedAdapt extends ParsedMoreExamples {
  readonly model?: string
  readonly id?: string
}

export interface ParsedPredict {
  readonly id: string
  readonly topK?: number
  readonly inputs: readonly EncodedInput[]
}

/** By the name of the reading: what each gives. */
export interface Parsed {
  readonly adapt: ParsedAdapt
  readonly moreExamples: ParsedMoreExamples
  readonly predict: ParsedPredict
}

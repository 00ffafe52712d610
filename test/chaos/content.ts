/** What a client has sent of an adaptation: all that decides how the adapted model answers. */
import { createHash } from 'node:crypto'

export type Retention = 'both' | 'weights' | 'examples'

/** As the contract has it. */
export interface Example {
  readonly label?: string
  readonly target?: readonly number[]
  readonly input: { readonly values: readonly number[] } | { readonly image: string }
}

export interface Content {
  readonly model: string
  readonly examples: readonly Example[]
  readonly seed: number
  /** Undefined: as the model has it. */
  readonly steps: number | undefined
  readonly retention: Retention
  /** Undefined: it does not expire. */
  readonly ttlSeconds: number | undefined
}

/** The settings, as a request has them. */
export function settingsOf({ model, seed, steps, retention, ttlSeconds }: Content) {
  return {
    model,
    seed,
    retention,
    ...(steps !== undefined && { steps }),
    ...(ttlSeconds !== undefined && { ttlSeconds }),
  }
}

export function withMore(content: Content, more: readonly Example[]): Content {
  return { ...content, examples: [...content.examples, ...more] }
}

/** The same for contents whose models answer alike. */
export function nameOf({ model, examples, seed, steps }: Content): string {
  return createHash('sha256')
    .update(JSON.stringify([model, examples, seed, steps]))
    .digest('hex')
}

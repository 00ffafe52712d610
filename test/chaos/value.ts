/** What can be under an id, and what an operation makes of it: the rules of the store and of versions, told anew and short. */
import type { RecordKind } from '../../src/store/record-format.js'
import { type Content, type Example, withMore } from './content.js'
import type { Times } from './wall-clock.js'

/** Something that was asked for and, if it happens, happens once. */
export type Operation = (
  | { readonly kind: 'put'; readonly content: Content }
  | { readonly kind: 'add'; readonly examples: readonly Example[] }
  | { readonly kind: 'delete' }
) & { readonly number: number }

export interface Kept {
  readonly content: Content
  readonly version: number
  /** Names the initialization it was adapted from. */
  readonly origin: string
  /** The operations that its content comes from, the last of which made it. */
  readonly history: readonly number[]
  /** The earliest and the latest that it may expire, in milliseconds since 1970. */
  readonly expires: { readonly from: number; readonly to: number } | undefined
  /** Records of it that a fault has damaged. */
  readonly damage: ReadonlySet<RecordKind>
}

/** Undefined: nothing. */
export type Value = Kept | undefined

/** Clocks of the server and of the test are the same, their reading is not; in milliseconds. */
const margin = 5000
const anyTime = { from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY }

export function mayBeAlive(value: Kept, { now }: Times, jumped = false): boolean {
  return value.expires === undefined || jumped || now < value.expires.to + margin
}

export function mayBeGone(value: Value, { highest }: Times): boolean {
  return value === undefined || (value.expires !== undefined && highest >= value.expires.from - margin)
}

/** All that can be there afterwards; none where it cannot happen. */
export function outcomes(value: Value, operation: Operation, origin: string, times: Times): Value[] {
  const before: Value[] = mayBeGone(value, times) ? [undefined] : []
  if (value) before.push(value)
  return before.flatMap((one) => outcome(one, operation, origin))
}

function outcome(before: Value, operation: Operation, origin: string): Value[] {
  switch (operation.kind) {
    case 'put':
      return [made(operation.content, (before?.version ?? 0) + 1, [operation.number], origin)]
    case 'add':
      if (!before || before.content.retention === 'weights' || before.damage.has('examples')) return []
      return [extended(before, operation.examples, operation.number, origin)]
    case 'delete':
      return before ? [undefined] : []
  }
}

/** What a prediction makes of an adaptation whose initialization has been replaced: the next version, from the examples. */
export function renewed(value: Value, origin: string): Value {
  if (!value || value.origin === origin || value.content.retention === 'weights') return undefined
  if (value.damage.has('examples') || value.damage.has('info')) return undefined
  return { ...value, version: value.version + 1, origin, damage: new Set() }
}

function extended({ content, version, history }: Kept, more: readonly Example[], number: number, origin: string): Kept {
  return made(withMore(content, more), version + 1, [...history, number], origin)
}

function made(content: Content, version: number, history: readonly number[], origin: string): Kept {
  const expires = content.ttlSeconds === undefined ? undefined : anyTime
  return { content, version, origin, history, expires, damage: new Set() }
}

/** Whether reading it may, and for what is damaged must, end in a refusal. */
export function isUnreadable({ content, damage }: Kept): boolean {
  return damage.has('info') || (damage.has('learned') && (content.retention === 'weights' || damage.has('examples')))
}

/** As isUnreadable, of a prediction: some must be adapted again first. */
export function isUnanswerable(value: Kept, origin: string): boolean {
  const again = value.content.retention === 'examples' || value.origin !== origin
  return isUnreadable(value) || (again && value.damage.has('examples'))
}

/** As isUnreadable, of adding examples. */
export function isUnextendable(value: Kept): boolean {
  return isUnreadable(value) || value.damage.has('examples')
}

/** What serving tells of itself while it works; the metrics listen (src/http knows how they are published). */

export type WorkKind = 'adapt' | 'predict'

/** Why an adaptation had to be learned again before it could answer. */
export type ColdStart = 'examples-only' | 'new-model'

export interface Observer {
  /** A turn at the engine has ended: a slice of an adaptation, or a batch of `size` inputs. */
  turn(kind: WorkKind, milliseconds: number, size: number): void
  coldStart(why: ColdStart): void
}

export const nobody: Observer = { turn() {}, coldStart() {} }

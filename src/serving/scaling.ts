/** Kept examples for another version of their model, which may scale values in another way. */
import { type Artifact, type Feature, scaled } from '../model/artifact.js'
import type { Examples, ValueScaling } from '../store/adaptation-store.js'

/** How the model scales the values it is sent; undefined: it takes them as they are. */
export function scalingOf({ input }: Artifact): readonly Feature[] | undefined {
  return input.kind === 'values' ? input.features : undefined
}

/** The same examples as the model scales them; undefined where its values mean something else, or they are far off for it. */
export function rescaled(examples: Examples, artifact: Artifact): Examples | undefined {
  const [before, now] = [examples.scaling, scalingOf(artifact)]
  if (isSame(before, now)) return examples
  if (before && now?.some(({ name }, i) => name !== before[i]?.name)) return undefined
  const inputs = examples.inputs.map((input) =>
    input.map((value, i) => {
      const [then, next] = [before?.[i], now?.[i]]
      const sent = then ? value * then.deviation + then.mean : value
      return next ? scaled(sent, next) : sent
    }),
  )
  return inputs.every((input) => input.every(Number.isFinite)) ? { ...examples, inputs, scaling: now } : undefined
}

function isSame(before: readonly ValueScaling[] | undefined, now: readonly ValueScaling[] | undefined): boolean {
  if (!before || !now) return before === now
  return (
    before.length === now.length &&
    before.every(({ name, mean, deviation }, i) => {
      const other = now[i]
      return name === other?.name && mean === other.mean && deviation === other.deviation
    })
  )
}

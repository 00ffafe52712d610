/** Numbers that own their memory: a view of a larger buffer would keep all of it alive. */
import type { Examples, Learned } from './adaptation-store.js'

/** The same array where it fills its buffer, otherwise a copy that does. */
function compact(numbers: Float32Array): Float32Array {
  return numbers.byteLength === numbers.buffer.byteLength ? numbers : numbers.slice()
}

export function compactLearned({ weights, statistics }: Learned): Learned {
  return { weights: compact(weights), statistics: compact(statistics) }
}

export function compactExamples(examples: Examples): Examples {
  const inputs = examples.inputs.map(compact)
  if (examples.kind === 'labels') return { ...examples, inputs }
  return { ...examples, inputs, targets: examples.targets.map(compact) }
}

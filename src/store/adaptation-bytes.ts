/** What an adaptation takes in memory when it is hot, in bytes. */
import type { AdaptationInfo, Learned } from './adaptation-store.js'

/** The objects, the headers of the arrays and the place in the maps: measured with small models, rounded up. */
const overhead = 2560

export function adaptationBytes(info: AdaptationInfo, { weights, statistics }: Learned): number {
  const { tenant, id, model, labels, losses } = info
  const characters = [tenant, id, model, ...labels].reduce((sum, text) => sum + text.length, 0)
  // Strings take up to two bytes a character, and a label has a header of its own.
  return overhead + 2 * characters + 24 * labels.length + 8 * losses.length + weights.byteLength + statistics.byteLength
}

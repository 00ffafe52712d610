/** What an adaptation takes in memory, in bytes. */
import type { NewAdaptation } from './adaptation-store.js'

/** The record itself, its key and its place in the maps: measured, rounded up. */
const overhead = 1024

export function adaptationBytes(adaptation: NewAdaptation): number {
  const { tenant, id, model, labels, losses, weights, statistics } = adaptation
  const characters = [tenant, id, model, ...labels].reduce((sum, text) => sum + text.length, 0)
  // Strings take up to two bytes a character, and a label has a header of its own.
  return overhead + 2 * characters + 24 * labels.length + 8 * losses.length + weights.byteLength + statistics.byteLength
}

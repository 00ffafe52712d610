/** Whether two records speak of one and the same adaptation, not only of one version number under one key. */
import type { StoredInfo } from './adaptation-store.js'

/**
 * Versions start at 1 again after a deletion, so a late answer about a deleted version 1 must not be taken for the new
 * version 1: what was learned when, from what and with which losses tells them apart.
 */
export function sameAdaptation(a: StoredInfo, b: StoredInfo): boolean {
  return (
    a.version === b.version &&
    a.createdAt === b.createdAt &&
    a.expiresAt === b.expiresAt &&
    a.modelDigest === b.modelDigest &&
    a.examples === b.examples &&
    a.steps === b.steps &&
    a.asked.seed === b.asked.seed &&
    a.losses.length === b.losses.length &&
    a.losses.every((loss, step) => Object.is(loss, b.losses[step]))
  )
}

/** The condition of a replacement, the same in every store. */
import { VersionConflictError } from './adaptation-store.js'

/** `current`: the version that is there, 0 for none. `replaces`: the one that must be, undefined for whichever it is. */
export function requireVersion(current: number, replaces: number | undefined): void {
  if (replaces === undefined || replaces === current) return
  const wanted = replaces === 0 ? 'There was to be none yet' : `Version ${replaces} was to be replaced`
  const found = current === 0 ? 'there is none now' : `version ${current} is there now`
  throw new VersionConflictError(`${wanted}, but ${found}: read it again and repeat the request.`)
}

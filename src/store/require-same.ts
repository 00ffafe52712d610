/** The condition of a replacement, the same in every store. */
import { type StoredInfo, VersionConflictError } from './adaptation-store.js'

/** Throws VersionConflictError unless what is there now is what is to be replaced; undefined: whatever is there. */
export function requireSame(current: StoredInfo | undefined, replaces: StoredInfo | undefined): void {
  if (replaces === undefined || replaces.mark === current?.mark) return
  const found = current ? `version ${current.version} of another time is there now` : 'there is none now'
  throw new VersionConflictError(
    `Version ${replaces.version} was to be replaced, but ${found}: read it again and repeat the request.`,
  )
}

/** Whether an adaptation's time is up. */
import type { AdaptationInfo } from './adaptation-store.js'

/** `now` in milliseconds since 1970. However far the clock jumps, what has no expiry stays. */
export function hasExpired({ expiresAt }: AdaptationInfo, now: number): boolean {
  return expiresAt !== undefined && expiresAt <= now
}

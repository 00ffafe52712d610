/** One text a key, for maps in memory. */
import type { AdaptationKey } from './adaptation-store.js'

/** The length in front keeps 'a' + 'bc' and 'ab' + 'c' apart, whatever characters they hold. */
export function keyText({ tenant, id }: AdaptationKey): string {
  return `${tenant.length} ${tenant}${id}`
}

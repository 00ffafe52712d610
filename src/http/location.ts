/** Where to look up what a request has made. */
import type { Request } from 'express'

/** Relative to the request's own address, so that it holds behind a gateway that puts a prefix before it. */
export function locationOf(id: string, { path }: Request): string {
  return `${'../'.repeat(path.split('/').length - 2)}adaptations/${id}`
}

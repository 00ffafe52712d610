import type { Request } from 'express'

/** Whose adaptations a request is about. There is one tenant until the gateway's header names them. */
export function tenantOf(_request: Request): string {
  return 'default'
}

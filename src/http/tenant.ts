/** Whose adaptations a request is about: the gateway says so in a header, and only the gateway is believed. */
import type { IncomingMessage } from 'node:http'
import { HttpError } from './failure.js'
import type { TrustedProxies } from './operations/trusted-proxies.js'

/** Of whoever does not come by the gateway, and of those it does not name. */
export const defaultTenant = 'default'

const sane = /^[\x21-\x7e]{1,128}$/

/** Throws HttpError `invalid-request` for a name that is none. */
export type TenantOf = (request: IncomingMessage) => string

/** `header`: what the gateway calls the tenant's name by; any case. */
export function tenantFrom(header: string, proxies: TrustedProxies): TenantOf {
  const key = header.toLowerCase()
  return (request) => {
    const name = request.headers[key]
    if (name === undefined || !proxies.includes(request.socket.remoteAddress)) return defaultTenant
    if (typeof name === 'string' && sane.test(name)) return name
    throw new HttpError(
      { code: 'invalid-request', faults: [] },
      `The header ${header} must hold one name of 1 to 128 visible ASCII characters; correct the gateway's settings.`,
    )
  }
}

/** GET /livez, /startupz and /readyz: what an orchestrator asks; and what everybody else hears before the start is over. */
import type { RequestHandler } from 'express'
import type { components } from '../contract.gen.js'
import { HttpError } from '../failure.js'
import { sendJson } from '../json.js'
import type { Lifecycle } from './lifecycle.js'

type Ready = components['schemas']['Ready']

/** Says yes as long as the process answers at all: whoever hears nothing restarts it. */
export const livezRoute: RequestHandler = (_request, response) => {
  sendJson(response, 200, { ok: true })
}

export function startupzRoute(lifecycle: Lifecycle): RequestHandler {
  return (_request, response) => {
    refuseBeforeStart(lifecycle)
    sendJson(response, 200, { ok: true })
  }
}

/** `ready`: asked only when the models are there. */
export function readyzRoute(lifecycle: Lifecycle, ready: () => Ready): RequestHandler {
  return (_request, response) => {
    refuseBeforeStart(lifecycle)
    if (lifecycle.phase === 'draining') {
      throw new HttpError({ code: 'draining' }, 'The server is about to stop; ask another replica.')
    }
    sendJson<Ready>(response, 200, ready())
  }
}

/** Stands before every route that needs the models. */
export function afterStart(lifecycle: Lifecycle): RequestHandler {
  return (_request, _response, next) => {
    refuseBeforeStart(lifecycle)
    next()
  }
}

function refuseBeforeStart(lifecycle: Lifecycle): void {
  if (lifecycle.phase !== 'starting') return
  throw new HttpError({ code: 'starting' }, 'The server is loading its models; try again in a second.')
}

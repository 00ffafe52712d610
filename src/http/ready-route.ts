/** GET /readyz */
import type { RequestHandler } from 'express'
import type { ServedModels } from '../serving/served-model.js'
import { ServingError } from '../serving/serving-error.js'
import type { components } from './contract.gen.js'
import { sendJson } from './json.js'

/** Set by whoever stops the process; it listens only once its models are warm. */
export interface Readiness {
  draining: boolean
}

export function readyRoute(readiness: Readiness, models: ServedModels): RequestHandler {
  return (_request, response) => {
    if (readiness.draining)
      throw new ServingError({ code: 'draining' }, 'The server is about to stop; ask another replica.')
    const defaultModel = models.default.model.artifact.name
    sendJson<components['schemas']['Ready']>(response, 200, { ready: true, models: models.names, defaultModel })
  }
}

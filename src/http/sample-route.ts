/** GET /samples/adapt.json and /samples/predict.json: requests to try the server with. */
import type { RequestHandler } from 'express'
import { HttpError } from './failure.js'
import { sendJson } from './json.js'
import type { AdaptRequest, PredictRequest } from './schemas.js'

/** `predict` asks the adaptation that `adapt` makes. */
export interface SampleRequests {
  readonly adapt: AdaptRequest
  readonly predict: PredictRequest
}

/** Undefined: there are none for the default model. */
export function sampleRoute(sample: AdaptRequest | PredictRequest | undefined): RequestHandler {
  return (_request, response) => {
    if (!sample)
      throw new HttpError(
        { code: 'unknown-page' },
        'There are no samples for the default model; send inputs of your own.',
      )
    sendJson(response, 200, sample)
  }
}

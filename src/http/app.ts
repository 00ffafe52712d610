/** The HTTP application: routes and what they share. It never listens; tests call it in process. */
import express, { type Express, type RequestHandler } from 'express'
import type { WorkQueue } from '../serving/work-queue.js'
import { type AdaptParts, adaptRoute } from './adapt-route.js'
import { HttpError } from './failure.js'
import { jsonBody } from './json.js'
import { type PredictParts, predictRoute } from './predict-route.js'
import { answerProblems, type Report } from './problem.js'
import { type Readiness, readyRoute } from './ready-route.js'
import { type SampleRequests, sampleRoute } from './sample-route.js'

export interface AppParts extends AdaptParts, PredictParts {
  readonly queue: WorkQueue
  readonly readiness: Readiness
  readonly samples: SampleRequests | undefined
  readonly report: Report
}

export function createApp(parts: AppParts): Express {
  const { queue, readiness, samples, models, limits, report } = parts
  const app = express()
  app.disable('x-powered-by')
  app.disable('etag')

  app.use((_request, response, next) => {
    // While draining, who holds a connection open is asked to leave with the next answer.
    if (readiness.draining) response.set('Connection', 'close')
    response.set('Cache-Control', 'no-store')
    next()
  })
  // A full queue refuses before the body is read.
  const admit: RequestHandler = (_request, _response, next) => {
    queue.admit()
    next()
  }
  const body = jsonBody(limits.bodyBytes)

  app.route('/adapt').post(admit, body, adaptRoute(parts)).all(onlyMethods('POST'))
  app.route('/predict').post(admit, body, predictRoute(parts)).all(onlyMethods('POST'))
  app.route('/readyz').get(readyRoute(readiness, models)).all(onlyMethods('GET, HEAD'))
  app.route('/samples/adapt.json').get(sampleRoute(samples?.adapt)).all(onlyMethods('GET, HEAD'))
  app.route('/samples/predict.json').get(sampleRoute(samples?.predict)).all(onlyMethods('GET, HEAD'))
  app.use((request) => {
    throw new HttpError(
      { code: 'unknown-page' },
      `There is nothing at ${request.path.slice(0, 100)}; the contract, openapi.yaml in the repository, lists what there is.`,
    )
  })
  app.use(answerProblems(report))
  return app
}

function onlyMethods(allowed: string): RequestHandler {
  return (request) => {
    throw new HttpError({ code: 'method-not-allowed', allowed }, `Use ${allowed} instead of ${request.method} here.`)
  }
}

/** The HTTP application: what all requests share, the operators' routes, and the service behind them. It never listens. */
import express, { type Express, type RequestHandler } from 'express'
import type { Clock } from '../serving/clock.js'
import type { Log } from '../telemetry/log.js'
import type { Metrics } from '../telemetry/metrics.js'
import type { Traces } from '../telemetry/traces.js'
import type { components } from './contract.gen.js'
import { HttpError } from './failure.js'
import { onlyMethods } from './methods.js'
import { docsRoutes } from './operations/docs.js'
import type { Lifecycle } from './operations/lifecycle.js'
import { metricsRoute } from './operations/metrics-route.js'
import { observeRequests } from './operations/observe-requests.js'
import { afterStart, livezRoute, readyzRoute, startupzRoute } from './operations/probes.js'
import { reportFaults } from './operations/report-faults.js'
import { answerHeaders } from './operations/security-headers.js'
import { answerProblems } from './problem.js'
import type { Service } from './service.js'

export type Ready = components['schemas']['Ready']

export interface AppParts {
  readonly lifecycle: Lifecycle
  /** What /readyz answers; asked only once the start is over. */
  readonly ready: () => Ready
  /** The routes that need the models; asked only once the start is over. */
  readonly service: () => Service
  readonly log: Log
  readonly metrics: Metrics
  /** Undefined: nobody collects them. */
  readonly traces: Traces | undefined
  /** Where openapi.yaml lies. */
  readonly contract: string
  readonly now: Clock
  readonly newId: () => string
}

export function createApp(parts: AppParts): Express {
  const { lifecycle, service, metrics, log } = parts
  const app = express()
  app.disable('x-powered-by')
  app.disable('etag')
  // Queries are read, and checked, by the routes that have one.
  app.set('query parser', false)

  app.use(observeRequests(parts), answerHeaders, notStored)
  // First what is asked most.
  app.use((request, response, next) => {
    if (lifecycle.phase === 'starting') next()
    else service()(request, response, next)
  })
  app.route('/livez').get(livezRoute).all(onlyMethods('GET, HEAD'))
  app.route('/startupz').get(startupzRoute(lifecycle)).all(onlyMethods('GET, HEAD'))
  app.route('/readyz').get(readyzRoute(lifecycle, parts.ready)).all(onlyMethods('GET, HEAD'))
  app.route('/metrics').get(metricsRoute(metrics)).all(onlyMethods('GET, HEAD'))
  for (const [path, answer] of docsRoutes(parts.contract)) app.route(path).get(answer).all(onlyMethods('GET, HEAD'))
  app.use(afterStart(lifecycle))
  app.use((request) => {
    throw new HttpError(
      { code: 'unknown-page' },
      `There is nothing at ${request.path.slice(0, 100)}; GET /docs shows what there is.`,
    )
  })
  app.use(answerProblems(reportFaults(log)))
  return app
}

const notStored: RequestHandler = (_request, response, next) => {
  response.setHeader('Cache-Control', 'no-store')
  next()
}

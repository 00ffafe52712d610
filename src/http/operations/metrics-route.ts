/** GET /metrics */
import type { RequestHandler } from 'express'
import type { Metrics } from '../../telemetry/metrics.js'

export function metricsRoute(metrics: Metrics): RequestHandler {
  return async (_request, response) => {
    response.setHeader('Content-Type', metrics.contentType)
    response.send(await metrics.text())
  }
}

/** The first in the chain: gives every request its record, and tells the log, the metrics and the traces of its end. */
import type { Request, RequestHandler, Response } from 'express'
import type { Clock } from '../../serving/clock.js'
import { Timeline } from '../../serving/timeline.js'
import type { Log } from '../../telemetry/log.js'
import type { Metrics } from '../../telemetry/metrics.js'
import { traceIdIn } from '../../telemetry/trace-parent.js'
import type { RequestTrace, Traces } from '../../telemetry/traces.js'
import { requestIdFrom } from './request-id.js'
import { keepRecord, RequestRecord } from './request-record.js'

export interface Witnesses {
  readonly log: Log
  readonly metrics: Metrics
  /** Undefined: nobody collects them. */
  readonly traces: Traces | undefined
  readonly now: Clock
  /** Names a request that comes without X-Request-Id. */
  readonly newId: () => string
}

/** What nginx made customary for a client that hung up before it was answered. */
const hungUpStatus = 499

/** Asked every few seconds, by machines: worth a line only to whoever looks for it. */
const quietRoutes: ReadonlySet<string> = new Set(['/livez', '/startupz', '/readyz', '/metrics'])

const methods: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])

export function observeRequests(witnesses: Witnesses): RequestHandler {
  const { traces, now, newId } = witnesses
  return (request, response, next) => {
    const { headers } = request
    const timeline = new Timeline(now)
    const trace = traces?.begin(headers, timeline)
    const id = requestIdFrom(headers['x-request-id'], newId)
    const bytesIn = Number(headers['content-length'] ?? 0)
    const record = new RequestRecord(id, trace?.id ?? traceIdIn(headers), timeline, bytesIn)
    keepRecord(response, record)
    response.setHeader('X-Request-Id', id)
    response.once('close', () => tellEnd(witnesses, request, response, record, trace))
    next()
  }
}

function tellEnd(
  { log, metrics, now }: Witnesses,
  request: Request,
  response: Response,
  record: RequestRecord,
  trace: RequestTrace | undefined,
): void {
  const ms = now() - record.timeline.arrival
  const { tenant, adaptation, model, problem } = record
  const method = methods.has(request.method) ? request.method : 'other'
  const route = routeOf(request)
  const status = record.status ?? (response.headersSent ? response.statusCode : hungUpStatus)
  const hungUp = record.status === undefined && !response.writableFinished

  metrics.request(route, method, status, ms)
  if (problem !== undefined) metrics.refused(problem)
  trace?.end({ method, route, status, requestId: record.id, tenant, adaptation, model, problem })

  const line = {
    requestId: record.id,
    traceId: record.traceId,
    tenant,
    method,
    route,
    status,
    ms: Math.round(ms * 1000) / 1000,
    bytesIn: record.bytesIn,
    bytesOut: method === 'HEAD' ? 0 : bytesOf(response),
    adaptation,
    model,
    problem,
  }
  if (quietRoutes.has(route)) log.debug(line, 'request')
  else if (hungUp) log.info(line, 'client hung up')
  else if (status < 500) log.info(line, 'request')
  // A start and a stop are no faults.
  else if (problem === 'starting' || problem === 'draining') log.warn(line, 'request')
  else log.error(line, 'request')
}

/** The template of the route that was found, never the path: that may hold ids, and whatever a client makes up. */
function routeOf(request: Request): string {
  const path: unknown = request.route?.path
  return typeof path === 'string' ? path : 'none'
}

/** Of the body as it was announced: nothing here is sent in chunks. */
function bytesOf(response: Response): number {
  return response.headersSent ? Number(response.getHeader('content-length') ?? 0) : 0
}

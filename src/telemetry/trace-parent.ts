/** The header `traceparent` (W3C Trace Context): whose trace a request belongs to. */
import type { IncomingHttpHeaders } from 'node:http'
import { parseTraceParent, TRACE_PARENT_HEADER } from '@opentelemetry/core'

/** Undefined where there is none, or one that makes no sense. */
export function traceIdIn(headers: IncomingHttpHeaders): string | undefined {
  const header = headers[TRACE_PARENT_HEADER]
  return typeof header === 'string' ? parseTraceParent(header)?.traceId : undefined
}

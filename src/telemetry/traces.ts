/** OpenTelemetry traces: one server span a request, one child a phase of its timeline, sent over OTLP in batches. */
import type { IncomingHttpHeaders } from 'node:http'
import { setTimeout } from 'node:timers/promises'
import {
  type Context,
  type HrTime,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  trace,
} from '@opentelemetry/api'
import { W3CTraceContextPropagator } from '@opentelemetry/core'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { defaultResource, detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources'
import { BasicTracerProvider, BatchSpanProcessor, type SpanExporter } from '@opentelemetry/sdk-trace-base'
import type { WallClock } from '../serving/clock.js'
import { phases, type Timeline } from '../serving/timeline.js'

/** What is known of a request when it has ended. */
export interface EndedRequest {
  readonly method: string
  readonly route: string
  readonly status: number
  readonly requestId: string
  readonly tenant: string | undefined
  readonly adaptation: string | undefined
  readonly model: string | undefined
  /** The code of the problem that was answered. */
  readonly problem: string | undefined
}

/** How long a stop waits for a collector that does not answer. */
const closeMs = 5000

export class Traces {
  private readonly propagator = new W3CTraceContextPropagator()

  private constructor(
    private readonly provider: BasicTracerProvider,
    private readonly tracer: Tracer,
    private readonly wall: WallClock,
    private readonly report: (error: unknown) => void,
  ) {}

  /**
   * `endpoint`: of the collector; spans go to v1/traces below it. Sampling, batches and headers follow the OTEL_ variables
   * that the SDK reads. `report` hears what could not be sent.
   */
  static start(endpoint: string, version: string, wall: WallClock, report: (error: unknown) => void): Traces {
    const resource = defaultResource()
      .merge(resourceFromAttributes({ 'service.name': 'reptile-serve', 'service.version': version }))
      // OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES have the last word.
      .merge(detectResources({ detectors: [envDetector] }))
    const exporter = new OTLPTraceExporter({ url: `${endpoint.replace(/\/+$/, '')}/v1/traces` })
    const provider = new BasicTracerProvider({
      resource,
      spanProcessors: [new BatchSpanProcessor(reporting(exporter, report))],
    })
    return new Traces(provider, provider.getTracer('reptile-serve', version), wall, report)
  }

  /** The span of a request that has just come. */
  begin(headers: IncomingHttpHeaders, timeline: Timeline): RequestTrace {
    const parent = this.propagator.extract(ROOT_CONTEXT, headers, headerGetter)
    // Spans want the time of day, timelines have a clock that never jumps: the two are compared once a request.
    const sinceEpoch = this.wall() - timeline.now()
    const startTime = hrTime(sinceEpoch + timeline.arrival)
    const span = this.tracer.startSpan('request', { kind: SpanKind.SERVER, startTime }, parent)
    return new RequestTrace(this.tracer, span, trace.setSpan(parent, span), timeline, sinceEpoch)
  }

  /** Resolves when everything is sent, or cannot be. */
  async close(): Promise<void> {
    const late = new Error(`The last spans could not be sent within ${closeMs / 1000} s.`)
    const timer = new AbortController()
    const timeout = setTimeout(closeMs, late, { signal: timer.signal }).then(this.report, () => {})
    // Any other failure has been reported already.
    const sent = this.provider.shutdown().catch(() => {})
    await Promise.race([sent, timeout])
    timer.abort()
  }
}

export class RequestTrace {
  constructor(
    private readonly tracer: Tracer,
    private readonly span: Span,
    private readonly context: Context,
    private readonly timeline: Timeline,
    private readonly sinceEpoch: number,
  ) {}

  get id(): string {
    return this.span.spanContext().traceId
  }

  /** Gives the span its name, attributes and children. */
  end(request: EndedRequest): void {
    const { span, timeline, sinceEpoch } = this
    if (!span.isRecording()) return
    for (const phase of phases) {
      const times = timeline.span(phase)
      if (!times) continue
      const attributes = { 'reptile.busy_ms': times.busy, 'reptile.stretches': times.stretches }
      this.tracer
        .startSpan(phase, { startTime: hrTime(sinceEpoch + times.firstStart), attributes }, this.context)
        .end(hrTime(sinceEpoch + times.lastEnd))
    }
    span.updateName(`${request.method} ${request.route}`)
    span.setAttributes(attributesOf(request))
    if (request.status >= 500) span.setStatus({ code: SpanStatusCode.ERROR })
    span.end(hrTime(sinceEpoch + timeline.now()))
  }
}

/** Names as in OpenTelemetry's semantic conventions where they have one; what is undefined is left out. */
function attributesOf(request: EndedRequest): Record<string, string | number> {
  const { tenant, adaptation, model, problem } = request
  return {
    'http.request.method': request.method,
    'http.route': request.route,
    'http.response.status_code': request.status,
    'reptile.request_id': request.requestId,
    ...(tenant !== undefined && { 'reptile.tenant': tenant }),
    ...(adaptation !== undefined && { 'reptile.adaptation': adaptation }),
    ...(model !== undefined && { 'reptile.model': model }),
    ...(problem !== undefined && { 'error.type': problem }),
  }
}

/** Seconds and nanoseconds since 1970: a bare number could be mistaken for a time since the process began. */
function hrTime(milliseconds: number): HrTime {
  const seconds = Math.floor(milliseconds / 1000)
  return [seconds, Math.round((milliseconds - seconds * 1000) * 1e6)]
}

const headerGetter = {
  keys: (headers: IncomingHttpHeaders) => Object.keys(headers),
  get: (headers: IncomingHttpHeaders, key: string) => headers[key],
}

/** The SDK keeps failures to itself. */
function reporting(exporter: SpanExporter, report: (error: unknown) => void): SpanExporter {
  return {
    export(spans, done) {
      exporter.export(spans, (result) => {
        if (result.error) report(result.error)
        done(result)
      })
    },
    shutdown: () => exporter.shutdown(),
    forceFlush: async () => exporter.forceFlush?.(),
  }
}

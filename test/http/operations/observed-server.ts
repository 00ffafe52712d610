/** A small application behind everything that operations puts around one: real log, metrics and sockets. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { Writable } from 'node:stream'
import express, { type Express } from 'express'
import { onTestFinished } from 'vitest'
import { Listener } from '../../../src/http/listener.js'
import { observeRequests } from '../../../src/http/operations/observe-requests.js'
import { recordOf } from '../../../src/http/operations/request-record.js'
import { answerHeaders } from '../../../src/http/operations/security-headers.js'
import { watchConnections } from '../../../src/http/operations/watch-connections.js'
import { answerProblems } from '../../../src/http/problem.js'
import { type LogLevel, openLog } from '../../../src/telemetry/log.js'
import { Metrics } from '../../../src/telemetry/metrics.js'
import type { Traces } from '../../../src/telemetry/traces.js'

export type Line = Readonly<Record<string, unknown>>

/** A log whose lines are read as they are written. */
export function keptLog(level: LogLevel) {
  const lines: Line[] = []
  const destination = new Writable({
    write(chunk, _encoding, done) {
      lines.push(JSON.parse(String(chunk)))
      done()
    },
  })
  return { lines, log: openLog(level, destination) }
}

export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve))
}

/** Closes when the test is over. `route` adds what the test asks for. */
export async function startObserved(route: (app: Express) => void, traces?: Traces, level: LogLevel = 'info') {
  const { log, lines } = keptLog(level)
  const metrics = new Metrics('1.2.3')
  let milliseconds = 1000
  let made = 0
  const app = express()
  app.disable('etag')
  // The clock goes on by an eighth of a millisecond whenever it is looked at.
  const now = () => (milliseconds += 0.125)
  app.use(observeRequests({ log, metrics, traces, now, newId: () => `made-${++made}` }))
  app.use(answerHeaders)
  route(app)
  app.use(answerProblems(() => {}))
  const listener = new Listener(app, { requestSeconds: 60, connections: 100 }, watchConnections(log, metrics))
  const port = await listener.listen(0, '127.0.0.1')
  onTestFinished(() => listener.close(0, 0))
  return { url: `http://127.0.0.1:${port}`, port, log, lines, metrics }
}

/** What routes do as they learn of it. */
export function note(response: ServerResponse<IncomingMessage>, what: { tenant?: string; adaptation?: string }): void {
  const record = recordOf(response)
  record.tenant = what.tenant
  record.adaptation = what.adaptation
}

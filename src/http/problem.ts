/** Failures as problem details (RFC 9457). */
import type { ErrorRequestHandler, Response } from 'express'
import type { components } from './contract.gen.js'
import { describe, type Failure } from './failure.js'
import type { FaultReport } from './operations/report-faults.js'
import { recordOf } from './operations/request-record.js'
import { answerUnread } from './reading/answer-unread.js'
import { understand } from './understand.js'

export type Problem = components['schemas']['Problem']

export function toProblem(failure: Failure, detail: string): Problem {
  const problem = { type: `urn:reptile-serve:${failure.code}`, ...describe(failure.code), detail }
  if (failure.code === 'invalid-request') return { ...problem, errors: [...failure.faults] }
  if (failure.code === 'unfit-examples') return { ...problem, errors: [{ pointer: '/examples', detail }] }
  if (failure.code === 'unfit-inputs') return { ...problem, errors: [{ pointer: '/inputs', detail }] }
  if (failure.code === 'too-many-steps') return { ...problem, errors: [{ pointer: '/steps', detail }] }
  return problem
}

/** The last in the chain: whatever was thrown on the way leaves as a problem, and only our own faults are reported. */
export function answerProblems(report: FaultReport): ErrorRequestHandler {
  return (error: unknown, _request, response, _next) => {
    // Who hung up hears nothing; and an answer that has begun can only be broken off.
    if (response.headersSent || response.destroyed) {
      response.destroy()
      return
    }
    const { failure, detail } = understand(error)
    recordOf(response).problem = failure.code
    if (failure.code === 'internal') report(error, response)
    sendProblem(response, failure, detail)
  }
}

function retryAfterSeconds(failure: Failure): number | undefined {
  if (failure.code === 'queue-full') return failure.retryAfterSeconds
  if (failure.code === 'out-of-memory') return 5
  return failure.code === 'starting' || failure.code === 'draining' ? 1 : undefined
}

function sendProblem(response: Response, failure: Failure, detail: string): void {
  const problem = toProblem(failure, detail)
  const text = `${JSON.stringify(problem)}\n`
  const retryAfter = retryAfterSeconds(failure)
  if (retryAfter !== undefined) response.setHeader('Retry-After', retryAfter)
  if (failure.code === 'method-not-allowed') response.setHeader('Allow', failure.allowed)
  response.statusCode = problem.status
  response.setHeader('Content-Type', 'application/problem+json; charset=utf-8')
  response.setHeader('Content-Length', Buffer.byteLength(text))
  if (response.req.complete) {
    response.end(text)
  } else {
    response.setHeader('Connection', 'close')
    answerUnread(response.req, response, text)
  }
}

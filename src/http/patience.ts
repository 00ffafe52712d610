/** How long anybody waits for an answer: until the client hangs up, its time is over, or the server cannot wait any longer. */
import type { Request, Response } from 'express'
import { ServingError } from '../serving/serving-error.js'
import { HttpError } from './failure.js'

export interface Patience {
  /** From the first byte of a request to its answer. */
  readonly requestSeconds: number
  /** Aborts when the server stops and does not wait for answers any more; its reason is answered. */
  readonly cutOff: AbortSignal
}

/** Its reason is what the client hears, if it still listens. */
export function patienceWith(request: Request, response: Response, { requestSeconds, cutOff }: Patience): AbortSignal {
  const controller = new AbortController()
  const overdue = setTimeout(() => controller.abort(late(request, requestSeconds)), 1000 * requestSeconds)
  const cut = () => controller.abort(cutOff.reason)
  cutOff.addEventListener('abort', cut)
  response.once('close', () => {
    clearTimeout(overdue)
    cutOff.removeEventListener('abort', cut)
    if (!response.writableFinished) controller.abort()
  })
  if (cutOff.aborted) cut()
  return controller.signal
}

function late(request: Request, seconds: number): Error {
  if (!request.complete)
    return new HttpError({ code: 'request-timeout' }, `The request did not arrive within ${seconds} s; send it faster.`)
  return new ServingError(
    { code: 'deadline' },
    `The answer was not there within ${seconds} s; ask for less at a time, or again when the server is less busy.`,
  )
}

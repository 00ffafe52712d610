/** A request on its way to a use case: who asks, how long they wait, and what they have sent. */
import type { Request, RequestHandler, Response } from 'express'
import type { Admission } from '../serving/admission.js'
import type { Task } from '../serving/task.js'
import { queryOf } from './no-query.js'
import { type RequestRecord, recordOf } from './operations/request-record.js'
import { type Patience, patienceWith } from './patience.js'
import type { Body } from './reading/body.js'
import type { ReadingLimits } from './reading/limits.js'
import { readBody } from './reading/read-body.js'
import type { TenantOf } from './tenant.js'

export interface Asked {
  readonly request: Request
  readonly response: Response
  readonly task: Task
  readonly record: RequestRecord
  /** What stands behind the question mark of the address. */
  readonly query: string
}

export interface AskedWithBody extends Asked {
  readonly body: Body
}

export interface AskParts {
  readonly tenantOf: TenantOf
  readonly patience: Patience
  readonly admission: Admission
  readonly limits: ReadingLimits
}

/** For routes without a body: they take no place among the requests that compute. */
export function ask({ tenantOf, patience }: AskParts, answer: (asked: Asked) => Promise<void>): RequestHandler {
  return async (request, response) => {
    await answer(toAsked(request, response, tenantOf, patience))
  }
}

/** For routes with a body: refused before it is read where the server is full; its place and memory are given back. */
export function askWithBody(parts: AskParts, answer: (asked: AskedWithBody) => Promise<void>): RequestHandler {
  const { tenantOf, patience, admission, limits } = parts
  return async (request, response) => {
    const asked = toAsked(request, response, tenantOf, patience)
    admission.check()
    const body = await readBody({ request, response }, limits, admission, asked.task.signal)
    try {
      asked.record.bytesIn = body.bytes.byteLength
      const leave = admission.enter()
      try {
        await answer({ ...asked, body })
      } finally {
        leave()
      }
    } finally {
      admission.give(body.reserved)
    }
  }
}

function toAsked(request: Request, response: Response, tenantOf: TenantOf, patience: Patience): Asked {
  const record = recordOf(response)
  const tenant = tenantOf(request)
  record.tenant = tenant
  const signal = patienceWith(request, response, patience)
  const { timeline } = record
  const deadline = timeline.arrival + 1000 * patience.requestSeconds
  return { request, response, record, query: queryOf(request), task: { tenant, signal, deadline, timeline } }
}

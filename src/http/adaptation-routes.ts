/** GET /adaptations, GET and DELETE /adaptations/{id} */
import type { RequestHandler } from 'express'
import type { Adaptations } from '../serving/adaptations.js'
import { toAdaptation, toListed } from './adaptation-answer.js'
import { adaptationIdOf } from './adaptation-id.js'
import { type AskParts, ask } from './asked.js'
import type { components } from './contract.gen.js'
import { pageRequest } from './page-request.js'
import { FaultList } from './reading/fault-list.js'
import { readQuery } from './reading/read-query.js'
import { sendTimed } from './timed-answer.js'

export interface AdaptationParts extends AskParts {
  readonly adaptations: Adaptations
}

const defaultLimit = 50
const pageMembers: ReadonlySet<string> = new Set(Object.keys(pageRequest.shape))

export function listRoute(parts: AdaptationParts): RequestHandler {
  return ask(parts, async ({ query, response, task }) => {
    const faults = new FaultList()
    const asked = faults.validate(pageRequest, readQuery(query, pageMembers, faults), [])
    const { limit = defaultLimit, from } = faults.pass(asked)
    const { adaptations, next } = await parts.adaptations.list(task.tenant, limit, from, task.timeline)
    const page = { adaptations: adaptations.map(toListed), ...(next && { next }) }
    sendTimed<components['schemas']['AdaptationPage']>(response, 200, page, task.timeline)
  })
}

export function getRoute(parts: AdaptationParts): RequestHandler {
  return ask(parts, async ({ request, response, record, task }) => {
    const id = adaptationIdOf(request)
    record.adaptation = id
    const { info } = await parts.adaptations.get({ tenant: task.tenant, id }, task.timeline)
    sendTimed(response, 200, toAdaptation(info), task.timeline)
  })
}

export function deleteRoute(parts: AdaptationParts): RequestHandler {
  return ask(parts, async ({ request, response, record, task }) => {
    const id = adaptationIdOf(request)
    record.adaptation = id
    await parts.adaptations.delete({ tenant: task.tenant, id }, task.timeline)
    response.status(204).end()
  })
}

/** POST /adapt and POST /adaptations/{id}/examples */
import type { RequestHandler } from 'express'
import type { AdaptUseCase } from '../serving/adapt.js'
import type { AskedSettings } from '../serving/adaptations.js'
import type { AddExamplesUseCase, GivenSettings } from '../serving/add-examples.js'
import type { ServedModels } from '../serving/served-model.js'
import { toAdaptation } from './adaptation-answer.js'
import { adaptationIdOf } from './adaptation-id.js'
import { type AskParts, askWithBody } from './asked.js'
import { locationOf } from './location.js'
import type { AdaptSettings } from './reading/parsed.js'
import type { Readers } from './reading/readers.js'
import { sendTimed } from './timed-answer.js'

export interface AdaptParts extends AskParts {
  readonly adapt: AdaptUseCase
  readonly addExamples: AddExamplesUseCase
  readonly models: ServedModels
  readonly readers: Readers
  /** What holds where a request says nothing. */
  readonly defaults: Pick<AskedSettings, 'seed' | 'ttlSeconds' | 'retention'>
  readonly newId: () => string
}

export function adaptRoute(parts: AdaptParts): RequestHandler {
  const { adapt, models, readers, defaults, newId } = parts
  return askWithBody(parts, async ({ body, query, request, response, record, task }) => {
    const { timeline } = task
    const {
      model,
      id = newId(),
      examples,
      ...settings
    } = await timeline.measure('decode', () => readers.adapt(body, query, task.signal))
    record.adaptation = id
    const served = model === undefined ? models.default : models.get(model)
    record.model = served.model.artifact.name
    const decoded = await timeline.measure('decode', () => readers.decodeExamples(examples, served, task.signal))
    const asked = { ...toAsked(settings), ...withDefaults(settings, defaults) }
    const order = { id, served, examples: decoded, asked, budgetMs: settings.budgetMs }
    const info = await adapt.run(order, task)
    response.setHeader('Location', locationOf(id, request))
    sendTimed(response, 201, toAdaptation(info, timeline), timeline)
  })
}

export function addExamplesRoute(parts: AdaptParts): RequestHandler {
  const { addExamples, readers } = parts
  return askWithBody(parts, async ({ body, query, request, response, record, task }) => {
    const { timeline, tenant } = task
    const id = adaptationIdOf(request)
    record.adaptation = id
    const { examples, ...settings } = await timeline.measure('decode', () =>
      readers.moreExamples(body, query, task.signal),
    )
    const { served } = await addExamples.find({ tenant, id }, task)
    record.model = served.model.artifact.name
    const decoded = await timeline.measure('decode', () => readers.decodeExamples(examples, served, task.signal))
    const order = { id, examples: decoded, asked: toAsked(settings), budgetMs: settings.budgetMs }
    const info = await addExamples.run(order, task)
    response.setHeader('Location', locationOf(id, request))
    sendTimed(response, 201, toAdaptation(info, timeline), timeline)
  })
}

function toAsked({ steps, learningRate, seed, ttlSeconds, retention }: AdaptSettings): GivenSettings {
  return { steps, learningRate, seed, ttlSeconds, retention }
}

function withDefaults(given: AdaptSettings, defaults: AdaptParts['defaults']) {
  const { seed = defaults.seed, ttlSeconds = defaults.ttlSeconds, retention = defaults.retention } = given
  return { seed, ttlSeconds, retention }
}

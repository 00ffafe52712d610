/** POST /adapt */
import type { RequestHandler } from 'express'
import type { Adapted, AdaptUseCase } from '../serving/adapt.js'
import type { Clock } from '../serving/clock.js'
import type { ServedModels } from '../serving/served-model.js'
import type { components } from './contract.gen.js'
import { decodeExamples } from './decode-examples.js'
import { validate } from './faults.js'
import { hangUpOf } from './hang-up.js'
import { sendJson } from './json.js'
import { checkAdaptLimits, type Limits, refuseLong } from './limits.js'
import { adaptRequest } from './schemas.js'
import { tenantOf } from './tenant.js'
import { milliseconds } from './timing.js'

type AdaptResponse = components['schemas']['AdaptResponse']

const defaultSeed = 1

export interface AdaptParts {
  readonly adapt: AdaptUseCase
  readonly models: ServedModels
  readonly limits: Limits
  readonly now: Clock
  readonly newId: () => string
}

export function adaptRoute({ adapt, models, limits, now, newId }: AdaptParts): RequestHandler {
  return async (request, response) => {
    const signal = hangUpOf(response)
    refuseLong(request.body, 'examples', limits.examples)
    const asked = validate(adaptRequest, request.body)
    checkAdaptLimits(asked, limits)
    const served = asked.model === undefined ? models.default : models.get(asked.model)
    const arrived = now()
    const examples = await decodeExamples(asked.examples, served, limits.imagePixels, signal)
    const decodeMs = now() - arrived
    const adapted = await adapt.run(
      {
        tenant: tenantOf(request),
        id: asked.id ?? newId(),
        served,
        examples,
        steps: asked.steps,
        learningRate: asked.learningRate,
        seed: asked.seed ?? defaultSeed,
      },
      signal,
    )
    sendJson<AdaptResponse>(response, 201, toAnswer(adapted, decodeMs))
  }
}

function toAnswer({ adaptation, timing }: Adapted, decodeMs: number): AdaptResponse {
  const { id, model, version, labels, examples, steps, learningRate, seed, losses, bytes } = adaptation
  return {
    id,
    model,
    version,
    labels: [...labels],
    examples,
    steps,
    learningRate,
    seed,
    losses: losses.map(shorten),
    bytes,
    timing: milliseconds(decodeMs, timing),
  }
}

/** To six digits: 32-bit floats can tell little more. */
function shorten(loss: number): number {
  return Number(loss.toPrecision(6))
}

/** POST /predict */
import type { RequestHandler } from 'express'
import type { Clock } from '../serving/clock.js'
import type { PredictUseCase } from '../serving/predict.js'
import type { Prediction } from '../serving/prediction.js'
import type { components } from './contract.gen.js'
import { decodeInputs } from './decode-inputs.js'
import { validate } from './faults.js'
import { hangUpOf } from './hang-up.js'
import { sendJson } from './json.js'
import { type Limits, refuseLong } from './limits.js'
import { predictRequest } from './schemas.js'
import { tenantOf } from './tenant.js'
import { milliseconds } from './timing.js'

type Contract = components['schemas']

const defaultTopK = 5

export interface PredictParts {
  readonly predict: PredictUseCase
  readonly limits: Limits
  readonly now: Clock
}

export function predictRoute({ predict, limits, now }: PredictParts): RequestHandler {
  return async (request, response) => {
    const signal = hangUpOf(response)
    refuseLong(request.body, 'inputs', limits.inputs)
    const asked = validate(predictRequest, request.body)
    const subject = await predict.find({ tenant: tenantOf(request), id: asked.id })
    const arrived = now()
    const placed = asked.inputs.map((input, i) => ({ input, path: ['inputs', i] }))
    const inputs = await decodeInputs(placed, subject.served, limits.imagePixels, signal)
    const decodeMs = now() - arrived
    const { predictions, timing } = await predict.run(subject, inputs, asked.topK ?? defaultTopK, signal)
    const { id, model, version } = subject.adaptation
    sendJson<Contract['PredictResponse']>(response, 200, {
      id,
      model,
      version,
      predictions: predictions.map(toAnswer),
      timing: milliseconds(decodeMs, timing),
    })
  }
}

function toAnswer(prediction: Prediction): Contract['Prediction'] {
  if (prediction.kind === 'values') return { values: [...prediction.values] }
  const { best, scores } = prediction
  return { ...best, scores: [...scores] }
}

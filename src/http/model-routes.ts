/** GET /models and GET /models/{name} */
import type { RequestHandler } from 'express'
import { outputSize, type ServedModel, type ServedModels } from '../serving/served-model.js'
import type { components } from './contract.gen.js'
import { sendJson } from './json.js'

type Contract = components['schemas']

export function modelsRoute(models: ServedModels): RequestHandler {
  const answer = { models: models.all.map(toModel), defaultModel: models.default.model.artifact.name }
  return (_request, response) => sendJson<Contract['ModelList']>(response, 200, answer)
}

export function modelRoute(models: ServedModels): RequestHandler {
  return (request, response) =>
    sendJson<Contract['Model']>(response, 200, toModel(models.get(String(request.params.name))))
}

function toModel({ model, learner }: ServedModel): Contract['Model'] {
  const { name, description, task, input, innerLoop } = model.artifact
  return {
    name,
    description,
    digest: model.digest,
    task,
    input: toInput(input),
    maxExamples: learner.maxExamples,
    ...(task === 'regression' && { outputs: outputSize(model.artifact) }),
    widths: innerLoop.widths.map(({ classes, batch, steps, learningRate }) => ({
      classes,
      batch,
      steps,
      learningRate,
    })),
  }
}

function toInput(input: ServedModel['model']['artifact']['input']): Contract['Model']['input'] {
  if (input.kind === 'values') {
    const { kind, length, features } = input
    return { kind, length, ...(features && { features: features.map(({ name }) => name) }) }
  }
  const { height, width, channels } = input
  return { kind: 'image', height, width, channels }
}

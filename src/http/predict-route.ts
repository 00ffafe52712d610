/** POST /predict */
import { setImmediate } from 'node:timers/promises'
import type { RequestHandler } from 'express'
import type { PredictUseCase } from '../serving/predict.js'
import type { Prediction } from '../serving/prediction.js'
import { shorten } from './adaptation-answer.js'
import { type AskParts, askWithBody } from './asked.js'
import type { components } from './contract.gen.js'
import type { Readers } from './reading/readers.js'
import { sendTimedPieces } from './timed-answer.js'
import { timing } from './timing.js'

type Contract = components['schemas']

const defaultTopK = 5

export interface PredictRouteParts extends AskParts {
  readonly predict: PredictUseCase
  readonly readers: Readers
}

export function predictRoute(parts: PredictRouteParts): RequestHandler {
  const { predict, readers } = parts
  return askWithBody(parts, async ({ body, query, response, record, task }) => {
    const { timeline, tenant, signal } = task
    const {
      id,
      inputs,
      topK = defaultTopK,
    } = await timeline.measure('decode', () => readers.predict(body, query, signal))
    record.adaptation = id
    const subject = await predict.find({ tenant, id }, task)
    const { model } = subject.served
    record.model = model.artifact.name
    const decoded = await timeline.measure('decode', () => readers.decodeInputs(inputs, model.artifact.input, signal))
    const predictions = await predict.run(subject, decoded, topK, task)
    const { version } = subject.info
    const head: Omit<Contract['PredictResponse'], 'predictions'> = {
      id,
      model: model.artifact.name,
      version,
      timing: timing(timeline),
    }
    const beginning = `${JSON.stringify(head).slice(0, -1)},"predictions":[`
    await sendTimedPieces(response, 200, await stringify(beginning, predictions, ']}'), timeline)
  })
}

/** Labels that are ranked, and values that are written, without a break: some milliseconds. */
const scoresAtOnce = 3000

/** The text in pieces, an array between its beginning and its end; between pieces other requests have their turn. */
async function stringify(beginning: string, predictions: Iterable<Prediction>, end: string): Promise<string[]> {
  const pieces: string[] = []
  let piece = beginning
  let separator = ''
  let scores = 0
  for (const prediction of predictions) {
    piece += separator + JSON.stringify(toAnswer(prediction))
    separator = ','
    scores += prediction.kind === 'labels' ? prediction.ranked : prediction.values.length
    if (scores < scoresAtOnce) continue
    scores = 0
    pieces.push(piece)
    piece = ''
    await setImmediate()
  }
  return [...pieces, piece + end]
}

function toAnswer(prediction: Prediction): Contract['Prediction'] {
  if (prediction.kind === 'values') return { values: prediction.values.map(shorten) }
  const { best, scores } = prediction
  return { ...best, scores: [...scores] }
}

/** The use cases, put together as src/server.ts does, over any models and any store. */
import { AdaptUseCase } from '../../src/serving/adapt.js'
import { Adaptations } from '../../src/serving/adaptations.js'
import { AddExamplesUseCase, type GivenSettings } from '../../src/serving/add-examples.js'
import { Learning } from '../../src/serving/learning.js'
import type { ColdStart } from '../../src/serving/observer.js'
import { PredictUseCase } from '../../src/serving/predict.js'
import { Predictions } from '../../src/serving/predictions.js'
import { Restore } from '../../src/serving/restore.js'
import { Scheduler } from '../../src/serving/scheduler.js'
import { type ServedModel, ServedModels } from '../../src/serving/served-model.js'
import type { Task } from '../../src/serving/task.js'
import { Timeline } from '../../src/serving/timeline.js'
import type { AdaptationStore, AskedSettings, Examples } from '../../src/store/adaptation-store.js'
import { HandClock } from './hand-clock.js'

export interface ServiceGiven {
  readonly served: readonly [ServedModel, ...ServedModel[]]
  readonly store: AdaptationStore
  /** Also the wall clock. */
  readonly clock?: HandClock
  readonly turnsAtOnce?: number
  readonly mostExamples?: number
}

export function tinyService({
  served,
  store,
  clock = new HandClock(),
  turnsAtOnce = 1,
  mostExamples = 10,
}: ServiceGiven) {
  const coldStarts: ColdStart[] = []
  const observer = { turn() {}, coldStart: (why: ColdStart) => coldStarts.push(why) }
  const models = new ServedModels(served, served[0].model.artifact.name)
  const adaptationTurns = new Scheduler(turnsAtOnce, clock.now, observer)
  const learning = new Learning(adaptationTurns, 1000, clock.now)
  const adaptations = new Adaptations(store)
  const stopping = new AbortController()
  const restore = new Restore(learning, store, observer, stopping.signal)
  const predictions = new Predictions(new Scheduler(turnsAtOnce, clock.now, observer))
  return {
    adaptations,
    adaptationTurns,
    coldStarts,
    stopping,
    adapt: new AdaptUseCase(learning, store),
    addExamples: new AddExamplesUseCase(adaptations, models, learning, store, mostExamples),
    predict: new PredictUseCase({ adaptations, models, restore, predictions }),
  }
}

/** A request of tenant t that waits as long as it takes. */
export function taskOf({ tenant = 't', signal = new AbortController().signal, clock = new HandClock() } = {}): Task {
  return { tenant, signal, timeline: new Timeline(clock.now) }
}

/** A drawing of 8 x 8 pixels; another one for every number up to 6. */
export const pattern = (mark: number) => Float32Array.from({ length: 64 }, (_, i) => ((i * mark) % 7) / 6)

/** One drawing a label, each another one. */
export function drawings(labels: readonly string[], mark = 2): Examples {
  return { kind: 'labels', inputs: labels.map((_, i) => pattern(mark + i)), labels }
}

export const byDefault: AskedSettings = {
  steps: undefined,
  learningRate: undefined,
  seed: 1,
  ttlSeconds: undefined,
  retention: 'both',
}

/** For examples that are added: everything stays as it was. */
export const nothingGiven: GivenSettings = {
  steps: undefined,
  learningRate: undefined,
  seed: undefined,
  ttlSeconds: undefined,
  retention: undefined,
}

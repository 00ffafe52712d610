/** The whole application over tiny models on the reference engine, listening on a free port. */
import { performance } from 'node:perf_hooks'
import { fileURLToPath } from 'node:url'
import { afterAll, expect } from 'vitest'
import { createApp } from '../../src/http/app.js'
import { Listener } from '../../src/http/listener.js'
import type { Lifecycle } from '../../src/http/operations/lifecycle.js'
import { TrustedProxies } from '../../src/http/operations/trusted-proxies.js'
import { watchConnections } from '../../src/http/operations/watch-connections.js'
import type { ReadingLimits } from '../../src/http/reading/limits.js'
import { Readers } from '../../src/http/reading/readers.js'
import { createService } from '../../src/http/service.js'
import { tenantFrom } from '../../src/http/tenant.js'
import { sampleRequests } from '../../src/samples/requests.js'
import { AdaptUseCase } from '../../src/serving/adapt.js'
import { Adaptations } from '../../src/serving/adaptations.js'
import { AddExamplesUseCase } from '../../src/serving/add-examples.js'
import { Admission } from '../../src/serving/admission.js'
import type { Clock } from '../../src/serving/clock.js'
import { Learning } from '../../src/serving/learning.js'
import { PredictUseCase } from '../../src/serving/predict.js'
import { Predictions } from '../../src/serving/predictions.js'
import { Restore } from '../../src/serving/restore.js'
import { Scheduler } from '../../src/serving/scheduler.js'
import { type ServedModel, ServedModels } from '../../src/serving/served-model.js'
import type { AdaptationStore } from '../../src/store/adaptation-store.js'
import { MemoryStore } from '../../src/store/memory.js'
import { Metrics } from '../../src/telemetry/metrics.js'
import { tinyCurves, tinyImages } from '../serving/tiny-models.js'
import { WatchedLearner } from '../serving/watched-learner.js'
import { faultsOf } from './contract-check.js'
import { keptLog, until } from './operations/observed-server.js'
import { head, sendRaw } from './raw-request.js'

export const testLimits: ReadingLimits = {
  bodyBytes: 200_000,
  imagePixels: 20_000,
  requestPixels: 150_000,
  examples: 20,
  inputs: 6,
  labelLength: 10,
  steps: 1000,
}

/** One thread a test file, for all its servers: it takes a second to start. */
const readers = Readers.start({ threads: 1, limits: testLimits })
afterAll(() => readers.close())

/** What a test may want otherwise. */
export interface Circumstances {
  readonly store: AdaptationStore
  /** Requests under way, and bytes of their bodies. */
  readonly requests: number
  readonly bytes: number
  readonly defaultModel: string
  /** The version of the models: another seed, other weights. */
  readonly seed: number
  readonly now: Clock
}

/** A wall clock that stands still until it is set. */
export class WallTime {
  now = Date.UTC(2026, 0, 1)
  readonly read = (): number => this.now
}

export type TestServer = Awaited<ReturnType<typeof startTestServer>>

export async function startTestServer(given: Partial<Circumstances> = {}) {
  const wall = new WallTime()
  const now = given.now ?? (() => performance.now())
  const clocks = { monotonic: now, wall: wall.read }
  const { store = new MemoryStore(1e7, clocks), seed = 1 } = given
  const { log, lines } = keptLog('info')
  const metrics = new Metrics('1.2.3')
  const lifecycle: Lifecycle = { phase: 'starting' }
  let made = 0
  const newId = () => `made-${++made}`

  const images = watched(await tinyImages(seed))
  const curves = watched(await tinyCurves(seed))
  const models = new ServedModels(
    [images.served, curves.served, takingValues(images.served)],
    given.defaultModel ?? 'tiny-images',
  )

  const contract = fileURLToPath(new URL('../../openapi.yaml', import.meta.url))
  const engine = { name: 'onnx', device: 'cpu', reason: 'for tests' } as const
  const ready = { ready: true, models: models.names, defaultModel: models.default.model.artifact.name, engine } as const
  const app = createApp({
    lifecycle,
    ready: () => ready,
    service: () => service,
    log,
    metrics,
    traces: undefined,
    contract,
    now,
    newId,
  })
  const listener = new Listener(app, { requestSeconds: 60, connections: 1000 }, watchConnections(log, metrics))
  const patience = { requestSeconds: 60, cutOff: listener.cutOff }
  const admission = new Admission({ requests: given.requests ?? 100, bytes: given.bytes ?? 1e7 }, now)
  const adaptationTurns = new Scheduler(1, now, metrics)
  const predictionTurns = new Scheduler(1, now, metrics)
  const learning = new Learning(adaptationTurns, testLimits.steps, wall.read)
  const adaptations = new Adaptations(store)
  const restore = new Restore(learning, store, metrics, listener.cutOff)
  const service = createService({
    models,
    samples: sampleRequests(models.default.model.artifact),
    limits: testLimits,
    readers,
    admission,
    adaptations,
    adapt: new AdaptUseCase(learning, store),
    addExamples: new AddExamplesUseCase(adaptations, models, learning, store, testLimits.examples),
    predict: new PredictUseCase({ adaptations, models, restore, predictions: new Predictions(predictionTurns) }),
    tenantOf: tenantFrom('x-tenant', TrustedProxies.parse('127.0.0.1')),
    patience,
    defaults: { seed: 1, ttlSeconds: undefined, retention: 'both' },
    newId,
  })
  lifecycle.phase = 'ready'
  const port = await listener.listen(0, '127.0.0.1')
  const url = `http://127.0.0.1:${port}`

  /** Every answer to it is held against the contract, whatever the test is about. */
  const ask = async (path: string, init: RequestInit = {}) => {
    const response = await fetch(url + path, init)
    const { status, headers } = response
    const answer = { status, headers, type: mediaType(headers.get('content-type')), text: await response.text() }
    expect(faultsOf(init.method ?? 'GET', path, answer)).toEqual([])
    const hasJson = answer.type?.endsWith('json') && answer.text !== ''
    return { ...answer, body: hasJson ? JSON.parse(answer.text) : undefined }
  }
  return {
    url,
    port,
    admission,
    adaptationTurns,
    predictionTurns,
    store,
    lifecycle,
    wall,
    listener,
    /** How long anybody waits, from now on. */
    patience,
    lines,
    images: images.learner,
    curves: curves.learner,
    ask,
    /** The same byte by byte. */
    async raw(method: string, path: string, headers: Readonly<Record<string, string | number>>, body = '') {
      const { status, head: answered, text } = await sendRaw(port, head(method, path, headers), body)
      const answerHeaders = headersIn(answered)
      const type = mediaType(answerHeaders.get('content-type'))
      expect(faultsOf(method, path, { status, headers: answerHeaders, type, text })).toEqual([])
      return { status, headers: answerHeaders, text }
    },
    get: (path: string) => ask(path),
    /** A string is sent as it is. */
    post: (path: string, body: unknown, headers: Record<string, string> = {}) =>
      ask(path, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      }),
    /** Faults of our own that the log has heard of. */
    faults: () => lines.filter(({ msg }) => msg === 'fault'),
    /** Until every request has given back its place and its memory. */
    idle: () => until(() => admission.requests === 0 && admission.bytes === 0),
    async close() {
      await listener.close(0, 1)
      await store.close()
    },
  }
}

function watched({ model, learner }: ServedModel) {
  const watching = new WatchedLearner(learner)
  return { served: { model, learner: watching }, learner: watching }
}

/** The model of images with values for its input: there are no samples for it. */
function takingValues({ model, learner }: ServedModel): ServedModel {
  const artifact = { ...model.artifact, name: 'tiny-values', input: { kind: 'values', length: 64 } } as const
  return { model: { ...model, artifact }, learner }
}

function headersIn(answered: string): Headers {
  const [, ...lines] = answered.split('\r\n')
  return new Headers(lines.map((line): [string, string] => [line.replace(/:.*/, ''), line.replace(/^[^:]*: */, '')]))
}

function mediaType(header: string | null): string | undefined {
  return header?.split(';')[0]
}

/** The wiring: every part of the server is made here, by plain constructor calls, and nowhere else. */
import { randomUUID } from 'node:crypto'
import { availableParallelism } from 'node:os'
import { performance } from 'node:perf_hooks'
import { fileURLToPath } from 'node:url'
import { type Config, ConfigError } from './config.js'
import { OutOfMemoryError } from './engine/engine.js'
import { untilAborted } from './engine/until-aborted.js'
import { chooseEngine, createEngines } from './engine-choice.js'
import { createApp, type Ready } from './http/app.js'
import { Listener } from './http/listener.js'
import type { Lifecycle } from './http/operations/lifecycle.js'
import { TrustedProxies } from './http/operations/trusted-proxies.js'
import { watchConnections } from './http/operations/watch-connections.js'
import { Readers } from './http/reading/readers.js'
import { createService, type Service } from './http/service.js'
import { tenantFrom } from './http/tenant.js'
import { createLearner, defaultSizes } from './learner/create-learner.js'
import { expectedTensors } from './learner/initialization.js'
import type { Model } from './model/artifact.js'
import { loadModels } from './model/load.js'
import { sampleRequests } from './samples/requests.js'
import { AdaptUseCase } from './serving/adapt.js'
import { Adaptations } from './serving/adaptations.js'
import { AddExamplesUseCase } from './serving/add-examples.js'
import { Admission } from './serving/admission.js'
import { Learning } from './serving/learning.js'
import { makingWay } from './serving/making-way.js'
import { PredictUseCase } from './serving/predict.js'
import { Predictions } from './serving/predictions.js'
import { Restore } from './serving/restore.js'
import { Scheduler } from './serving/scheduler.js'
import { type ServedModel, ServedModels } from './serving/served-model.js'
import { openStore } from './store-choice.js'
import type { Log } from './telemetry/log.js'
import { Metrics } from './telemetry/metrics.js'
import { watchStore } from './telemetry/store-watch.js'
import { Traces } from './telemetry/traces.js'
import { version } from './version.js'

export interface RunningServer {
  /** Where a client on this machine reaches it, such as localhost:8080. */
  readonly address: string
  readonly hasSamples: boolean
  /** Says no to /readyz, finishes what is under way, and frees everything. */
  stop(): Promise<void>
}

const contract = fileURLToPath(new URL('../openapi.yaml', import.meta.url))
const defaultSeed = 1
/** A connection that waits costs little; a request that computes is bounded by MAX_REQUESTS. */
const mostConnections = 10_000
/** So that the engine finds the next run when it is done with one, while this thread still reads and answers requests. */
const predictionsAtHand = 2

/**
 * Resolves when every model is loaded, compiled and warm; it listens, and says so, before. Throws ConfigError and ModelError, and the
 * signal's reason where that aborts before.
 */
export async function startServer(
  config: Config,
  log: Log,
  signal = new AbortController().signal,
): Promise<RunningServer> {
  const now = () => performance.now()
  const lifecycle: Lifecycle = { phase: 'starting' }
  const metrics = new Metrics(version)
  const traces = config.OTEL_EXPORTER_OTLP_ENDPOINT
    ? Traces.start(config.OTEL_EXPORTER_OTLP_ENDPOINT, version, Date.now, (err) => log.warn({ err }, 'traces are lost'))
    : undefined
  let running: RunningService | undefined
  const app = createApp({
    lifecycle,
    ready: () => running?.ready ?? unreachable(),
    service: () => running?.handler ?? unreachable(),
    log,
    metrics,
    traces,
    contract,
    now,
    newId: randomUUID,
  })
  const limits = { requestSeconds: config.REQUEST_SECONDS, connections: mostConnections }
  const listener = new Listener(app, limits, watchConnections(log, metrics))
  const port = await listener.listen(config.PORT, config.HOST).catch((error: Error) => {
    throw new ConfigError(
      `HOST=${config.HOST} PORT=${config.PORT} cannot be listened on (${error.message}); set others.`,
    )
  })
  const started = await startService({ config, log, metrics, listener, signal }).catch(async (error: unknown) => {
    await listener.close(0, 0)
    await traces?.close()
    throw error
  })
  running = started
  lifecycle.phase = 'ready'
  return {
    address: `${reachable(config.HOST)}:${port}`,
    hasSamples: started.hasSamples,
    async stop() {
      lifecycle.phase = 'draining'
      await listener.close(config.LINGER_SECONDS, config.DRAIN_SECONDS)
      await started.close()
      await traces?.close()
    },
  }
}

interface RunningService {
  readonly handler: Service
  readonly ready: Ready
  readonly hasSamples: boolean
  close(): Promise<void>
}

interface Beginning {
  readonly config: Config
  readonly log: Log
  readonly metrics: Metrics
  readonly listener: Listener
  readonly signal: AbortSignal
}

async function startService({ config, log, metrics, listener, signal }: Beginning): Promise<RunningService> {
  const proxies = trustedProxies(config)
  const loaded = await loadModels(config.MODELS_DIR, expectedTensors)
  if (!loaded.has(config.DEFAULT_MODEL)) {
    throw new ConfigError(
      `DEFAULT_MODEL is "${config.DEFAULT_MODEL}", set it to one of ${[...loaded.keys()].join(', ')}.`,
    )
  }
  const chosen = await chooseEngine(config)
  const now = () => performance.now()
  const { store, hot } = await openStore(config, now, Date.now, watchStore(log, metrics))
  log.info({ engine: chosen.name, device: chosen.device, reason: chosen.reason }, 'engine')
  const { adapting, predicting } = createEngines(chosen, config, widthsOf(loaded))
  const served: ServedModel[] = []
  for (const model of loaded.values()) {
    log.info({ model: model.artifact.name }, 'compiling')
    const [first, second] = [untilAborted(adapting, signal), untilAborted(predicting, signal)]
    const learner = await createLearner(model, first, defaultSizes, second).catch(withoutMemory)
    served.push({ model, learner })
  }
  const models = new ServedModels(served, config.DEFAULT_MODEL)

  const limits = {
    bodyBytes: config.MAX_BODY_BYTES,
    imagePixels: config.MAX_IMAGE_PIXELS,
    requestPixels: config.MAX_REQUEST_PIXELS,
    examples: config.MAX_EXAMPLES,
    inputs: config.MAX_INPUTS,
    labelLength: config.MAX_LABEL_LENGTH,
    steps: config.MAX_STEPS,
  }
  const readers = Readers.start({ threads: config.READERS, limits })
  await readers.warm()
  const admission = new Admission({ requests: config.MAX_REQUESTS, bytes: config.MAX_BYTES }, now)
  const predictionTurns = new Scheduler(predictionsAtHand * predicting.parallelism, now, metrics)
  const adaptationsAtATime =
    chosen.name === 'onnx'
      ? makingWay(adapting.parallelism, availableParallelism(), () => predictionTurns.quietFor)
      : adapting.parallelism
  const adaptationTurns = new Scheduler(adaptationsAtATime, now, metrics)
  const learning = new Learning(adaptationTurns, config.MAX_STEPS, Date.now, chosen.name === 'tensorflow')
  const adaptations = new Adaptations(store)
  const restore = new Restore(learning, store, metrics, listener.cutOff)
  const predictions = new Predictions(predictionTurns)
  const samples = sampleRequests(models.default.model.artifact)
  metrics.engine(chosen)
  metrics.models(served.map(({ model }) => ({ name: model.artifact.name, digest: model.digest })))
  metrics.read({
    requestsUnderWay: () => admission.requests,
    bytesUnderWay: () => admission.bytes,
    waiting: (kind) => adaptationTurns.waiting(kind) + predictionTurns.waiting(kind),
    hotBytes: () => hot.bytes,
    hotEntries: () => hot.entries,
  })
  const handler = createService({
    models,
    samples,
    limits,
    readers,
    admission,
    adaptations,
    adapt: new AdaptUseCase(learning, store),
    addExamples: new AddExamplesUseCase(adaptations, models, learning, store, config.MAX_EXAMPLES),
    predict: new PredictUseCase({ adaptations, models, restore, predictions }),
    tenantOf: tenantFrom(config.TENANT_HEADER, proxies),
    patience: { requestSeconds: config.REQUEST_SECONDS, cutOff: listener.cutOff },
    defaults: { seed: defaultSeed, ttlSeconds: config.TTL_SECONDS || undefined, retention: config.RETENTION },
    newId: randomUUID,
  })
  return {
    handler,
    ready: { ready: true, models: models.names, defaultModel: models.default.model.artifact.name, engine: chosen },
    hasSamples: samples !== undefined,
    async close() {
      await admission.drain()
      await Promise.all([adaptationTurns.idle(), predictionTurns.idle()])
      await readers.close()
      try {
        for (const { learner } of served) await learner.close()
        await Promise.all([adapting.close(), predicting.close()])
      } finally {
        await store.close()
      }
    },
  }
}

/** What the operator can mend. */
function withoutMemory(error: unknown): never {
  if (!(error instanceof OutOfMemoryError)) throw error
  throw new ConfigError(
    'The memory of the device does not suffice for the models: free it (nvidia-smi shows who has it), lower DEVICE_BYTES, or set ENGINE=onnx.',
  )
}

/** How many kinds of weights there are: a model's heads have one a class width. */
function widthsOf(models: ReadonlyMap<string, Model>): number {
  return [...models.values()].reduce((sum, { artifact }) => sum + artifact.innerLoop.widths.length, 0)
}

function trustedProxies({ TRUSTED_PROXIES }: Config): TrustedProxies {
  try {
    return TrustedProxies.parse(TRUSTED_PROXIES)
  } catch (error) {
    throw new ConfigError(`TRUSTED_PROXIES: ${error instanceof Error ? error.message : error}`)
  }
}

function unreachable(): never {
  throw new Error('The service is asked before its start is over.')
}

/** Who listens on all addresses is reached by name. */
function reachable(host: string): string {
  if (host === '0.0.0.0' || host === '::') return 'localhost'
  return host.includes(':') ? `[${host}]` : host
}

/** The wiring: every part of the server is made here, by plain constructor calls, and nowhere else. */
import { randomUUID } from 'node:crypto'
import { performance } from 'node:perf_hooks'
import { type Config, ConfigError } from './config.js'
import { OnnxEngine } from './engine/onnx/engine.js'
import { createApp } from './http/app.js'
import { Listener } from './http/listener.js'
import type { Report } from './http/problem.js'
import { createLearner } from './learner/create-learner.js'
import { expectedTensors } from './learner/initialization.js'
import { loadModels } from './model/load.js'
import { sampleRequests } from './samples/requests.js'
import { AdaptUseCase } from './serving/adapt.js'
import { PredictUseCase } from './serving/predict.js'
import { type ServedModel, ServedModels } from './serving/served-model.js'
import { WorkQueue } from './serving/work-queue.js'
import { MemoryStore } from './store/memory.js'

export interface RunningServer {
  /** Where a client on this machine reaches it, such as localhost:8080. */
  readonly address: string
  readonly hasSamples: boolean
  /** Says no to /readyz, finishes what is under way, and frees everything. */
  stop(): Promise<void>
}

/** Resolves when every model is loaded, compiled and warm and the server listens. Throws ConfigError and ModelError. */
export async function startServer(config: Config, report: Report): Promise<RunningServer> {
  const loaded = await loadModels(config.MODELS_DIR, expectedTensors)
  if (!loaded.has(config.DEFAULT_MODEL)) {
    throw new ConfigError(
      `DEFAULT_MODEL is "${config.DEFAULT_MODEL}", set it to one of ${[...loaded.keys()].join(', ')}.`,
    )
  }
  const engine = OnnxEngine.create({ workers: config.WORKERS, threads: 1 })
  const served: ServedModel[] = []
  for (const model of loaded.values()) served.push({ model, learner: await createLearner(model, engine) })

  const now = () => performance.now()
  const models = new ServedModels(served, config.DEFAULT_MODEL)
  const store = new MemoryStore(config.CACHE_BYTES)
  const queue = new WorkQueue(engine.parallelism, config.MAX_QUEUE, now)
  const readiness = { draining: false }
  const samples = sampleRequests(models.default.model.artifact)
  const app = createApp({
    queue,
    models,
    adapt: new AdaptUseCase(queue, store),
    predict: new PredictUseCase(queue, store, models),
    limits: {
      bodyBytes: config.MAX_BODY_BYTES,
      imagePixels: config.MAX_IMAGE_PIXELS,
      examples: config.MAX_EXAMPLES,
      inputs: config.MAX_INPUTS,
      labelLength: config.MAX_LABEL_LENGTH,
      steps: config.MAX_STEPS,
    },
    readiness,
    samples,
    now,
    newId: randomUUID,
    report,
  })

  const listener = new Listener(app)
  const port = await listener.listen(config.PORT, config.HOST).catch(async (error: Error) => {
    await engine.close()
    throw new ConfigError(
      `HOST=${config.HOST} PORT=${config.PORT} cannot be listened on (${error.message}); set others.`,
    )
  })
  return {
    address: `${reachable(config.HOST)}:${port}`,
    hasSamples: samples !== undefined,
    async stop() {
      readiness.draining = true
      await listener.close(config.DRAIN_SECONDS)
      await queue.drain()
      for (const { learner } of served) await learner.close()
      await engine.close()
      await store.close()
    },
  }
}

/** Who listens on all addresses is reached by name. */
function reachable(host: string): string {
  if (host === '0.0.0.0' || host === '::') return 'localhost'
  return host.includes(':') ? `[${host}]` : host
}

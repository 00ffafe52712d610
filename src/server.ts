/** The wiring: every part of the server is made here, by plain constructor calls, and nowhere else. */
import { randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { performance } from 'node:perf_hooks'
import { type Config, ConfigError } from './config.js'
import { OnnxEngine } from './engine/onnx/engine.js'
import { createApp } from './http/app.js'
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
  readonly port: number
  readonly hasSamples: boolean
  /** Says no to /readyz, finishes what is under way, and frees everything. */
  stop(): Promise<void>
}

/** Resolves when every model is loaded, compiled and warm and the server listens. Throws ConfigError and ModelError. */
export async function startServer(config: Config, report: Report): Promise<RunningServer> {
  const loaded = await loadModels(config.MODELS_DIR, expectedTensors)
  if (!loaded.has(config.DEFAULT_MODEL)) {
    throw new ConfigError(`DEFAULT_MODEL is "${config.DEFAULT_MODEL}", set it to one of ${[...loaded.keys()].join(', ')}.`)
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

  const server = createServer(app)
  const { port } = await listen(server, config).catch(async (error: unknown) => {
    await engine.close()
    throw error
  })
  return {
    port,
    hasSamples: samples !== undefined,
    async stop() {
      readiness.draining = true
      await close(server, config.DRAIN_SECONDS)
      await queue.drain()
      for (const { learner } of served) await learner.close()
      await engine.close()
      await store.close()
    },
  }
}

type HttpServer = ReturnType<typeof createServer>

function listen(server: HttpServer, { PORT, HOST }: Config): Promise<AddressInfo> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => {
      reject(new ConfigError(`HOST=${HOST} PORT=${PORT} cannot be listened on (${error.message}); set others.`))
    })
    server.listen(PORT, HOST, () => {
      const address = server.address()
      if (typeof address === 'object' && address) resolve(address)
    })
  })
}

/** Takes no more connections and waits for the requests under way; who is still there after the time is cut off. */
function close(server: HttpServer, seconds: number): Promise<void> {
  return new Promise((resolve) => {
    const deadline = setTimeout(() => server.closeAllConnections(), seconds * 1000)
    server.close(() => {
      clearTimeout(deadline)
      resolve()
    })
  })
}

/** The whole application over tiny models on the reference engine, listening on a free port. */
import { createApp } from '../../src/http/app.js'
import type { Limits } from '../../src/http/limits.js'
import { Listener } from '../../src/http/listener.js'
import { sampleRequests } from '../../src/samples/requests.js'
import { AdaptUseCase } from '../../src/serving/adapt.js'
import { PredictUseCase } from '../../src/serving/predict.js'
import { ServedModels } from '../../src/serving/served-model.js'
import { WorkQueue } from '../../src/serving/work-queue.js'
import { MemoryStore } from '../../src/store/memory.js'
import { bar, fill, greyPng } from '../codec/images.js'
import { tinyCurves, tinyImages } from '../serving/tiny-models.js'

export const testLimits: Limits = {
  bodyBytes: 100_000,
  imagePixels: 20_000,
  examples: 20,
  inputs: 6,
  labelLength: 10,
  steps: 50,
}

export type TestServer = Awaited<ReturnType<typeof startTestServer>>

export async function startTestServer() {
  const models = new ServedModels([await tinyImages(), await tinyCurves()], 'tiny-images')
  const queue = new WorkQueue(1, 2, () => 0)
  const store = new MemoryStore(1e6)
  const readiness = { draining: false }
  const reported: unknown[] = []
  let made = 0
  const app = createApp({
    queue,
    models,
    adapt: new AdaptUseCase(queue, store),
    predict: new PredictUseCase(queue, store, models),
    limits: testLimits,
    readiness,
    samples: sampleRequests(models.default.model.artifact),
    now: () => 0,
    newId: () => `made-${++made}`,
    report: (error) => reported.push(error),
  })
  const listener = new Listener(app)
  const port = await listener.listen(0, '127.0.0.1')
  const url = `http://127.0.0.1:${port}`

  const ask = async (path: string, init?: RequestInit) => {
    const response = await fetch(url + path, init)
    const text = await response.text()
    return { status: response.status, headers: response.headers, body: text === '' ? undefined : JSON.parse(text) }
  }
  return {
    url,
    queue,
    store,
    readiness,
    reported,
    get: (path: string) => ask(path),
    ask,
    /** A string is sent as it is. */
    post: (path: string, body: unknown, headers: Record<string, string> = { 'content-type': 'application/json' }) =>
      ask(path, { method: 'POST', headers, body: typeof body === 'string' ? body : JSON.stringify(body) }),
    close: () => listener.close(1),
  }
}

const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64')

export const upright = { image: base64(greyPng(bar(16, 16), 16, 16)) }
export const lying = {
  image: base64(
    greyPng(
      fill(16, 16, 1, (_x, y) => (y === 8 ? 0 : 255)),
      16,
      16,
    ),
  ),
}

export const twoSigns = {
  id: 'signs',
  examples: [
    { label: 'upright', input: upright },
    { label: 'lying', input: lying },
  ],
}

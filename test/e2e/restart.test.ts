/** What was answered survives the process, however it ends. One test, in the order of a server's life: starts are dear. */
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { failedStart, ServerProcess } from './server-process.js'

const shipped = fileURLToPath(new URL('../../models/sine-mlp', import.meta.url))
const examples = [-4, -2, 0, 1, 3].map((x) => ({ target: [3 * Math.sin(x + 1)], input: { values: [x] } }))
const inputs = [-3, -1, 0.5, 2].map((x) => ({ values: [x] }))

interface Answer {
  readonly version: number
  readonly predictions: unknown
}

let folder: string
let settings: Record<string, string | number>
let server: ServerProcess

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'reptile-e2e-'))
  settings = {
    MODELS_DIR: join(folder, 'models'),
    DATA_DIR: join(folder, 'data'),
    DEFAULT_MODEL: 'sine-mlp',
    WORKERS: 1,
    READERS: 1,
    MAX_STEPS: 1_000_000,
  }
  await cp(shipped, join(folder, 'models', 'sine-mlp'), { recursive: true })
  await writeModel('renewed', 'Before.')
})
afterAll(async () => {
  await server?.kill('SIGKILL')
  await rm(folder, { recursive: true, force: true })
})

/** The same weights with another name; another description makes it another version. */
async function writeModel(name: string, description: string): Promise<void> {
  const to = join(folder, 'models', name)
  await cp(shipped, to, { recursive: true })
  const file = join(to, 'model.json')
  await writeFile(file, JSON.stringify({ ...JSON.parse(await readFile(file, 'utf8')), name, description }))
}

async function predictions(id: string): Promise<Answer> {
  const { status, body } = await server.post('/predict', { id, inputs })
  expect(status).toBe(200)
  const { version, predictions } = body
  return { version, predictions }
}

describe('a server', () => {
  const before: Record<string, Answer> = {}

  test('adapts, and is killed', async () => {
    server = await ServerProcess.start(settings)
    const kept = [
      { id: 'both', model: 'sine-mlp', retention: 'both' },
      { id: 'examples', model: 'sine-mlp', retention: 'examples' },
      { id: 'weights', model: 'sine-mlp', retention: 'weights' },
      { id: 'old', model: 'renewed', retention: 'both' },
      { id: 'lost', model: 'renewed', retention: 'weights' },
    ]
    for (const one of kept) {
      expect((await server.post('/adapt', { ...one, examples, seed: 3 })).status).toBe(201)
      before[one.id] = await predictions(one.id)
    }
    expect((await server.post('/adaptations/both/examples', { examples: examples.slice(1) })).status).toBe(201)
    before.both = await predictions('both')
    expect(before.both).toMatchObject({ version: 2 })
    expect(await server.kill('SIGKILL')).toBe(null)
  })

  test('predicts the same to the bit after its restart', async () => {
    await writeModel('renewed', 'After.')
    server = await ServerProcess.start(settings)
    for (const id of ['both', 'examples', 'weights']) expect(await predictions(id)).toEqual(before[id])
  })

  test('adapts again from the examples where the model is a new version', async () => {
    // The weights of the model are the same, so that the answers are.
    expect(await predictions('old')).toEqual({ ...before.old, version: 2 })
    expect(before.old?.version).toBe(1)
    const lost = await server.post('/predict', { id: 'lost', inputs })
    expect([lost.status, lost.body.type]).toEqual([409, 'urn:reptile-serve:not-restorable'])
  })

  test('does not share its folder', async () => {
    const { code, said } = await failedStart({ ...settings, PORT: 0, HOST: '127.0.0.1' })
    expect([code, said]).toEqual([
      1,
      `DATA_DIR=${settings.DATA_DIR} is in use by another process: stop it, or name another folder.\n`,
    ])
  })

  test('finishes what is under way when it is told to stop, and ends with 0', async () => {
    const running = server.post('/adapt', { id: 'long', examples, steps: 40_000, learningRate: 1e-4 })
    // Its turns are counted as they end.
    const turns = /reptile_engine_turn_duration_seconds_count\{kind="adapt"\} (\d+)/
    const soFar = async () => Number(turns.exec(await server.get('/metrics'))?.[1] ?? 0)
    const start = await soFar()
    while ((await soFar()) === start);
    const ended = server.kill('SIGTERM')
    await server.logged('finishing what is under way; the next signal ends it at once')
    expect(await running).toMatchObject({ status: 201, body: { id: 'long', steps: 40_000 } })
    expect(await ended).toBe(0)
    const told = server.lines.findIndex(({ msg }) => String(msg).startsWith('finishing'))
    const answered = server.lines.findIndex(({ adaptation }) => adaptation === 'long')
    expect(told).toBeGreaterThan(0)
    expect(answered).toBeGreaterThan(told)
    expect(server.lines.at(-1)).toMatchObject({ msg: 'stopped' })
  })
})

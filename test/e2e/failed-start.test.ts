/** What keeps the server from starting is said in one sentence, and the exit code is 1. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { failedStart } from './server-process.js'

const models = fileURLToPath(new URL('../../models', import.meta.url))
let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'reptile-start-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const usual = { HOST: '127.0.0.1', PORT: 0, MODELS_DIR: models, STORE: 'memory' }

/** One line, which names the setting. */
async function expectSentence(settings: Record<string, string | number>, sentence: RegExp): Promise<void> {
  const { code, said } = await failedStart({ ...usual, ...settings })
  expect(said).toMatch(sentence)
  expect(said.trimEnd().split('\n')).toHaveLength(1)
  expect(code).toBe(1)
}

test.concurrent('a port that is taken', async () => {
  const other = createServer()
  const port = await new Promise<number>((resolve) => {
    other.listen(0, '127.0.0.1', () => {
      const address = other.address()
      resolve(typeof address === 'object' && address ? address.port : 0)
    })
  })
  await expectSentence(
    { PORT: port },
    new RegExp(`^HOST=127.0.0.1 PORT=${port} cannot be listened on .*; set others\\.$`, 'm'),
  )
  other.close()
})

test.concurrent('a file in place of DATA_DIR', async () => {
  const file = join(folder, 'file')
  await writeFile(file, '')
  await expectSentence({ STORE: 'lmdb', DATA_DIR: file }, /^DATA_DIR=\S+file .*\.$/m)
})

// In /proc Node's own way of making a folder with its parents would never end.
test.concurrent.each(['/proc/x', '/proc/x/y', '/dev/null/x'])('DATA_DIR=%s, which cannot be made', async (path) => {
  await expectSentence({ STORE: 'lmdb', DATA_DIR: path }, new RegExp(`^DATA_DIR=${path} .+\\.$`, 'm'))
})

test.concurrent('settings that cannot be', async () => {
  await expectSentence(
    { MAX_BODY_BYTES: '16M' },
    /^MAX_BODY_BYTES is "16M", set it to a whole number from 1024 to \d+\.$/m,
  )
})

test.concurrent('models that are not there', async () => {
  await expectSentence({ MODELS_DIR: join(folder, 'none') }, /^The models folder .* cannot be read: set MODELS_DIR/m)
})

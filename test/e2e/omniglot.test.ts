/** The server as it is shipped, on real drawings: a smaller version of `npm run bench -- accuracy`. */
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { readCharacters } from '../../bench/accuracy/characters.js'
import { measureAccuracy } from '../../bench/accuracy/through-http.js'
import { readConfig } from '../../src/config.js'
import { startServer } from '../../src/server.js'
import { openLog } from '../../src/telemetry/log.js'

const besides = fileURLToPath(new URL('../../../shared/data/omniglot', import.meta.url))
const data = join(process.env.OMNIGLOT_DIR ?? besides, 'test')
const characters = await readCharacters(data)
const absent = `There is no Omniglot in ${data}; name its folder by OMNIGLOT_DIR.`
if (!characters) console.warn(`Skipped: ${absent}`)

test('5-way 1-shot on test characters, through HTTP with default settings', { timeout: 120_000 }, async (context) => {
  if (!characters) return context.skip(absent)
  const settings = { PORT: '0', HOST: '127.0.0.1', WORKERS: '2', STORE: 'memory' }
  const server = await startServer(readConfig(settings), openLog('silent'))
  const { percent } = await measureAccuracy(`http://${server.address}`, characters, {
    ways: 5,
    shots: 1,
    tasks: 20,
    seed: 1,
  })
  await server.stop()
  expect(percent).toBeGreaterThanOrEqual(93)
})

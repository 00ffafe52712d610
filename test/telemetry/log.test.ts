import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'

const run = promisify(execFile)
const log = fileURLToPath(new URL('../../src/telemetry/log.ts', import.meta.url))

/** The arguments of a process that runs this. */
const script = (text: string) => [
  '--import',
  'tsx',
  '--input-type=module',
  '-e',
  `import { openLog } from ${JSON.stringify(log)}\nconst log = openLog('info')\n${text}`,
]

/** What a process prints that logs a thousand lines and does this. */
async function printed(ending: string): Promise<string[]> {
  const text = `for (let i = 0; i < 1000; i++) log.info({ i }, 'line')\n${ending}`
  const { stdout } = await run(process.execPath, script(text)).catch((error: { stdout: string }) => error)
  return stdout.split('\n').filter((line) => line !== '')
}

describe('nothing that waits is lost', () => {
  test.each([
    ['at an exit', 'process.exit(0)'],
    ['at an end', ''],
    ['at a fault', 'throw new Error("broken")'],
  ])('%s', async (_name, ending) => {
    const lines = await printed(ending)
    expect(lines.map((line) => JSON.parse(line).i)).toEqual(Array.from({ length: 1000 }, (_, i) => i))
  })
})

test('a single line does not wait for others to follow', async () => {
  const child = spawn(process.execPath, script("log.info('alone'); setInterval(() => {}, 1000)"))
  const [first] = await once(child.stdout, 'data')
  child.kill('SIGKILL')
  expect(JSON.parse(String(first))).toMatchObject({ level: 'info', msg: 'alone' })
})

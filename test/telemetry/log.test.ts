import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'

const run = promisify(execFile)
const log = fileURLToPath(new URL('../../src/telemetry/log.ts', import.meta.url))

/** What a process prints that logs a thousand lines and does this. */
async function printed(ending: string): Promise<string[]> {
  const script = `
    import { openLog } from ${JSON.stringify(log)}
    const log = openLog('info')
    for (let i = 0; i < 1000; i++) log.info({ i }, 'line')
    ${ending}`
  const { stdout } = await run(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script]).catch(
    (error: { stdout: string }) => error,
  )
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

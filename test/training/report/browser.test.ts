/** The page in a real browser: from disk, its own script runs, no other does. */
import { execFile, execFileSync } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, expect, test } from 'vitest'
import { writeReport } from '../../../src/training/report/report.js'
import { everything, hostile } from './report-data.js'

const folder = await mkdtemp(join(tmpdir(), 'report-'))
afterAll(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }))

function hasChromium(): boolean {
  try {
    execFileSync('chromium', ['--version'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

test.skipIf(!hasChromium())(
  'charts can be read out, and hostile names do nothing (skipped: no chromium here)',
  async () => {
    const file = await writeReport(folder, everything(hostile))
    const { stdout } = await promisify(execFile)(
      'chromium',
      [
        '--headless=new',
        '--no-sandbox',
        '--disable-gpu',
        `--user-data-dir=${folder}/profile`,
        '--dump-dom',
        `file://${file}`,
      ],
      { timeout: 40_000, maxBuffer: 64e6 },
    )
    const charts = stdout.match(/<svg viewBox="0 0 560 300"/g) ?? []
    expect(charts).toHaveLength(3)
    expect(stdout.match(/<div class="readout" hidden="">/g)).toHaveLength(charts.length)
    expect(stdout).not.toContain('<title>owned')
    expect(stdout.match(/<script/g)).toHaveLength(1)
    expect(stdout).not.toMatch(/<img[^>]* src="(?!data:)/)
  },
)

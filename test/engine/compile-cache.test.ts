/** What XLA has compiled is kept for the next start, and no reason not to start where it is damaged. */
import { mkdtempSync, readdirSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { Builder } from '../../src/program/builder.js'
import type { Program } from '../../src/program/program.js'
import { createTensorflow, tensorflowMissing } from '../engines.js'

/** x, doubled as often as it is fed. */
function doubling(): Program {
  const body = new Builder()
  const b = new Builder()
  const twice = body.scale(body.param('x', [64]), 2)
  const { carried } = b.repeat(body.build({ twice }), 5, b.param('times', [], 'i32'), {
    carried: [b.param('x', [64])],
    sliced: [],
    shared: [],
  })
  const [y] = carried
  if (!y) throw new Error('a loop gives what it carries')
  return b.build({ y })
}

async function eightfold(cacheDir: string): Promise<number | undefined> {
  const engine = createTensorflow({ xla: true, cacheDir })
  try {
    const executable = await engine.compile(doubling())
    const x = { shape: [64], data: new Float32Array(64).fill(3) }
    return (await executable.run({ x, times: { shape: [], data: Int32Array.of(3) } })).y?.data[0]
  } finally {
    await engine.close()
  }
}

describe.skipIf(tensorflowMissing !== undefined)(`compiled${tensorflowMissing ? `: ${tensorflowMissing}` : ''}`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'reptile-compiled-'))
  afterAll(() => rmSync(folder, { recursive: true }))
  const files = () => readdirSync(folder).map((name) => join(folder, name))

  test('is found again', async () => {
    expect(await eightfold(folder)).toBe(24)
    const before = files().map((file) => statSync(file).mtimeMs)
    expect(before.length).toBeGreaterThan(0)
    expect(await eightfold(folder)).toBe(24)
    expect(files().map((file) => statSync(file).mtimeMs)).toEqual(before)
  })

  test.each([
    ['cut short', (file: string) => truncateSync(file, Math.floor(statSync(file).size / 2))],
    ['empty', (file: string) => truncateSync(file, 0)],
    ['something else', (file: string) => writeFileSync(file, Buffer.alloc(2000, 7))],
  ])('is compiled anew where it is %s', async (_, damage) => {
    expect(await eightfold(folder)).toBe(24)
    for (const file of files()) damage(file)
    expect(await eightfold(folder)).toBe(24)
    expect(await eightfold(folder)).toBe(24)
  })
})

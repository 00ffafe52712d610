import { existsSync } from 'node:fs'
import { readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Checkpoint, readCheckpoint, writeCheckpoint } from '../../../src/training/run/checkpoint.js'
import { temporaryFolders } from './folder.js'

const folder = temporaryFolders()

const vector = fc.float32Array({ maxLength: 20, noNaN: true })
const checkpoints = fc.record({
  state: fc.record({
    iteration: fc.nat(),
    initialization: fc.record({
      body: vector,
      shared: vector,
      head: fc.option(vector, { nil: undefined }),
      bodyMoments: vector,
      headMoments: vector,
    }),
    outer: fc.array(vector, { maxLength: 12 }),
  }),
  settings: fc.string(),
  data: fc.string(),
  block: fc.record({
    iterations: fc.nat(),
    firstLoss: fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0),
    lastLoss: fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0),
  }),
})

const small: Checkpoint = {
  state: {
    iteration: 7,
    initialization: {
      body: Float32Array.of(1, 2),
      shared: new Float32Array(0),
      head: undefined,
      bodyMoments: Float32Array.of(3),
      headMoments: new Float32Array(0),
    },
    outer: [],
  },
  settings: 's',
  data: 'd',
  block: { iterations: 1, firstLoss: 0.5, lastLoss: 0.25 },
}

describe('a checkpoint', () => {
  test('is read as it was written, bit for bit', async () => {
    const file = join(await folder(), 'checkpoint')
    await fc.assert(
      fc.asyncProperty(checkpoints, async (checkpoint) => {
        await writeCheckpoint(file, checkpoint)
        expect(await readCheckpoint(file)).toEqual(checkpoint)
      }),
      { numRuns: 30 },
    )
  })

  test('shows in its first line where it stands', async () => {
    const file = join(await folder(), 'checkpoint')
    await writeCheckpoint(file, small)
    const [line = ''] = (await readFile(file, 'latin1')).split('\n')
    expect(JSON.parse(line)).toMatchObject({ formatVersion: 1, iteration: 7 })
  })

  test('that is not there is none', async () => {
    expect(await readCheckpoint(join(await folder(), 'checkpoint'))).toBeUndefined()
  })

  test.each([
    ['cut off', (bytes: Buffer) => bytes.subarray(0, bytes.length - 3)],
    ['cut off in its first line', (bytes: Buffer) => bytes.subarray(0, 20)],
    ['empty', () => Buffer.alloc(0)],
    [
      'changed in one bit',
      (bytes: Buffer) => {
        const last = bytes.length - 1
        bytes[last] = (bytes[last] ?? 0) ^ 1
        return bytes
      },
    ],
  ])('that is %s is called damaged', async (_, damaged) => {
    const file = join(await folder(), 'checkpoint')
    await writeCheckpoint(file, small)
    await writeFile(file, damaged(await readFile(file)))
    await expect(readCheckpoint(file)).rejects.toThrow(/is damaged: delete it/)
  })

  test.skipIf(!existsSync('/dev/full'))('that a full disk does not take leaves the one before it', async () => {
    const file = join(await folder(), 'checkpoint')
    await writeCheckpoint(file, small)
    await symlink('/dev/full', `${file}.new`)
    const next = { ...small, state: { ...small.state, iteration: 8 } }
    await expect(writeCheckpoint(file, next)).rejects.toThrow(/the disk is full/)
    expect((await readCheckpoint(file))?.state.iteration).toBe(7)
  })
})

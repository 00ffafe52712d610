/** The loop around meta-iterations, which are arithmetic here: where it is cut changes nothing. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { MetaState } from '../../../src/training/meta/meta-state.js'
import { presets } from '../../../src/training/presets.js'
import { readCheckpoint } from '../../../src/training/run/checkpoint.js'
import { checkedSettings, merged, nested } from '../../../src/training/run/read-settings.js'
import { RunFolder } from '../../../src/training/run/run-folder.js'
import {
  type Progress,
  type RunWork,
  requireSameSettings,
  runTraining,
  type Trainer,
} from '../../../src/training/run/training-run.js'
import type { RunSettings } from '../../../src/training/settings.js'
import { TrainingError } from '../../../src/training/training-error.js'
import { temporaryFolders } from './folder.js'

const folder = temporaryFolders()
const iterations = 1200

function settingsWith(changes: Record<string, unknown>): RunSettings {
  const all = { 'meta.iterations': iterations, 'validation.every': 250, checkpointSeconds: 30, ...changes }
  const parts = Object.entries(all).map(([path, value]) => nested(path, value))
  return checkedSettings(parts.reduce(merged, { ...presets.glyphs?.settings }))
}

/** A chaotic map: any state that is not gone on with exactly ends elsewhere. */
const trainer: Trainer = {
  start: () => stateOf(0, 0.3),
  step: async ({ iteration, initialization: { body } }) => {
    const next = 3.9 * (body[0] ?? 0) * (1 - (body[0] ?? 0))
    return { state: stateOf(iteration + 1, next), firstLoss: next, lastLoss: next / 2 }
  },
}

function stateOf(iteration: number, value: number): MetaState {
  const none = new Float32Array(0)
  const body = Float32Array.of(value)
  return {
    iteration,
    outer: [body],
    initialization: { body, shared: none, head: none, bodyMoments: none, headMoments: none },
  }
}

interface Observed extends RunWork {
  readonly saved: MetaState[]
  readonly shown: Progress[]
}

/** Aborts when the iterations have come to `stopAt`. A tenth of a second goes by at every look at the clock. */
function workWith(stopAt = Number.POSITIVE_INFINITY, changes: Partial<RunWork> = {}): Observed {
  const controller = new AbortController()
  const [saved, shown]: [MetaState[], Progress[]] = [[], []]
  let seconds = 0
  return {
    trainer,
    data: 'data',
    validate: async ({ body }) => [{ ways: 5, shots: 1, accuracy: body[0] ?? 0, interval: 0.1 }],
    save: async (state) => {
      saved.push(state)
    },
    watch: (progress) => {
      shown.push(progress)
      if (progress.iteration >= stopAt) controller.abort()
    },
    finishing: () => {},
    signal: controller.signal,
    now: () => {
      seconds += 0.1
      return seconds
    },
    ...changes,
    saved,
    shown,
  }
}

async function linesOf(run: RunFolder): Promise<unknown[]> {
  return (await run.metrics.read()).map((line) => ({ ...line, rate: undefined }))
}

async function newRun(changes: Record<string, unknown> = {}): Promise<RunFolder> {
  return RunFolder.create(join(await folder(), 'run'), settingsWith(changes))
}

describe('a run', () => {
  test('writes lines as often as the iterations alone say, and measures when it is time and at the end', async () => {
    const run = await newRun()
    const end = await runTraining(run, workWith())
    const lines = await run.metrics.read()
    expect(lines.map(({ iteration }) => iteration)).toEqual(Array.from({ length: 600 }, (_, i) => 2 * (i + 1)))
    const measured = lines.filter(({ validation }) => validation).map(({ iteration }) => iteration)
    expect(measured).toEqual([250, 500, 750, 1000, 1200])
    expect(end).toMatchObject({ finished: true, validation: lines.at(-1)?.validation })
    expect((await readCheckpoint(run.checkpoint))?.state).toEqual(end.state)
  })

  test('that is cut anywhere, and gone on with, ends with the same state, metrics and model', async () => {
    const whole = await newRun()
    const end = await runTraining(whole, workWith())
    const lines = await linesOf(whole)
    const stops = fc.array(fc.integer({ min: 0, max: iterations }), { maxLength: 4 })
    await fc.assert(
      fc.asyncProperty(stops, async (cuts) => {
        const run = await newRun()
        for (const cut of cuts.sort((a, b) => a - b)) await runTraining(run, workWith(cut))
        const work = workWith()
        expect(await runTraining(run, work)).toEqual(end)
        expect(work.saved.at(-1)).toEqual(end.state)
        expect(await linesOf(run)).toEqual(lines)
      }),
      { numRuns: 4 },
    )
  }, 30_000)

  test('that was killed goes on from its last checkpoint, without the lines that came after', async () => {
    const whole = await newRun()
    const end = await runTraining(whole, workWith())
    const run = await newRun({ checkpointSeconds: 8 })
    const killed = workWith(Number.POSITIVE_INFINITY, {
      trainer: {
        start: trainer.start,
        step: async (state) => {
          // No fault of the training's: nothing is tidied up, as if the process had been gone.
          if (state.iteration === 777) throw new Error('killed')
          return trainer.step(state)
        },
      },
    })
    await expect(runTraining(run, killed)).rejects.toThrow('killed')
    const reached = (await readCheckpoint(run.checkpoint))?.state.iteration ?? 0
    expect(reached).toBeGreaterThan(600)
    expect((await run.metrics.read()).at(-1)?.iteration).toBeGreaterThan(reached)
    expect(await runTraining(run, workWith())).toEqual(end)
    expect(await linesOf(run)).toEqual(await linesOf(whole))
  })

  test('that is killed while it is measured at its end has lost nothing', async () => {
    const run = await newRun()
    let kept: number | undefined
    const validate = async () => {
      kept = (await readCheckpoint(run.checkpoint))?.state.iteration
      return []
    }
    await runTraining(run, workWith(undefined, { validate }))
    expect(kept).toBe(iterations)
  })

  test('that diverges keeps the last state that was sound', async () => {
    const run = await newRun()
    const sentence = 'The training diverged at meta-iteration 40.'
    const work = workWith(Number.POSITIVE_INFINITY, {
      trainer: {
        start: trainer.start,
        step: async (state) => {
          if (state.iteration === 40) throw new TrainingError(sentence)
          return trainer.step(state)
        },
      },
    })
    await expect(runTraining(run, work)).rejects.toThrow(sentence)
    expect((await readCheckpoint(run.checkpoint))?.state.iteration).toBe(40)
    expect(work.saved.at(-1)?.iteration).toBe(40)
  })

  test('does not go on with other data or settings', async () => {
    const run = await newRun()
    await runTraining(run, workWith(10))
    const before = await readFile(run.checkpoint)
    await expect(runTraining(run, workWith(20, { data: 'other' }))).rejects.toThrow(/data are not those/)
    const asked = settingsWith({ 'meta.iterations': 9 })
    expect(() => requireSameSettings(run, asked)).toThrow(/meta\.iterations is 9 and was 1200/)
    expect(() => requireSameSettings(run, settingsWith({ checkpointSeconds: 9 }))).not.toThrow()
    expect(await readFile(run.checkpoint)).toEqual(before)
  })

  test('tells its rate and the time that is left', async () => {
    const work = workWith()
    await runTraining(await newRun({ 'meta.iterations': 20 }), work)
    const last = work.shown.at(-1)
    expect(last).toMatchObject({ iteration: 20, iterations: 20, left: 0 })
    // An iteration takes one look at the clock.
    expect(last?.rate).toBeCloseTo(10, 5)
    expect(work.shown[0]?.left).toBeGreaterThan(1)
  })
})

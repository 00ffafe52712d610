import { describe, expect, test } from 'vitest'
import { WorkQueue } from '../../src/serving/work-queue.js'

const patient = new AbortController().signal

/** Work that ends when it is told to. */
function job() {
  let started = false
  let end = () => {}
  const ended = new Promise<string>((resolve) => {
    end = () => resolve('done')
  })
  const work = () => {
    started = true
    return ended
  }
  return { work, end: () => end(), isStarted: () => started }
}

/** Lets everything run that is ready to. */
const settle = () => new Promise((resolve) => setImmediate(resolve))

describe('turns', () => {
  test('as many run as the engine makes progress on, the others in order of arrival', async () => {
    const queue = new WorkQueue(2, 10, () => 0)
    const jobs = [job(), job(), job(), job()]
    const done = jobs.map(({ work }) => queue.run(work, patient))
    await settle()
    expect(jobs.map(({ isStarted }) => isStarted())).toEqual([true, true, false, false])
    jobs[1]?.end()
    await settle()
    expect(jobs.map(({ isStarted }) => isStarted())).toEqual([true, true, true, false])
    for (const { end } of jobs) end()
    expect((await Promise.all(done)).map(({ value }) => value)).toEqual(['done', 'done', 'done', 'done'])
  })

  test('work that fails makes way as well', async () => {
    const queue = new WorkQueue(1, 10, () => 0)
    await expect(queue.run(() => Promise.reject(new Error('no')), patient)).rejects.toThrow('no')
    expect((await queue.run(async () => 1, patient)).value).toBe(1)
  })

  test('waiting and working are timed apart', async () => {
    let now = 0
    const queue = new WorkQueue(1, 10, () => now)
    const [first, second] = [job(), job()]
    const before = queue.run(first.work, patient)
    const after = queue.run(second.work, patient)
    now = 30
    first.end()
    await before
    await settle()
    now = 100
    second.end()
    expect((await after).timing).toEqual({ queueMs: 30, computeMs: 70 })
  })
})

describe('refusals', () => {
  test('one more than may wait is refused at once, with seconds computed from how long work took', async () => {
    let now = 0
    const queue = new WorkQueue(1, 4, () => now)
    for (let i = 0; i < 100; i++) {
      await queue.run(async () => {
        now += 2000
      }, patient)
    }
    const jobs = [job(), job(), job(), job(), job()]
    const done = jobs.map(({ work }) => queue.run(work, patient))
    // Half of the four who wait have their turn after two runs of two seconds.
    const failure = { code: 'queue-full', retryAfterSeconds: 4 }
    await expect(queue.run(job().work, patient)).rejects.toMatchObject({ failure })
    expect(() => queue.admit()).toThrow('4 requests are waiting; try again in 4 s.')
    for (const { end } of jobs) end()
    await Promise.all(done)
  })

  test('who hangs up before the turn frees the place and never starts', async () => {
    const queue = new WorkQueue(1, 1, () => 0)
    const [running, gone, next] = [job(), job(), job()]
    const first = queue.run(running.work, patient)
    const client = new AbortController()
    const abandoned = queue.run(gone.work, client.signal)
    client.abort()
    await expect(abandoned).rejects.toThrow('aborted')
    const third = queue.run(next.work, patient)
    running.end()
    next.end()
    await Promise.all([first, third])
    expect([gone.isStarted(), next.isStarted()]).toEqual([false, true])
  })

  test('who hung up already never starts', async () => {
    const { work, isStarted } = job()
    await expect(new WorkQueue(1, 1, () => 0).run(work, AbortSignal.abort())).rejects.toThrow('aborted')
    expect(isStarted()).toBe(false)
  })
})

test('a drain refuses newcomers and waits for all that was admitted', async () => {
  const queue = new WorkQueue(1, 10, () => 0)
  const jobs = [job(), job()]
  const done = jobs.map(({ work }) => queue.run(work, patient))
  let drained = false
  const drain = queue.drain().then(() => {
    drained = true
  })
  await expect(queue.run(job().work, patient)).rejects.toMatchObject({ failure: { code: 'draining' } })
  jobs[0]?.end()
  await settle()
  expect(drained).toBe(false)
  jobs[1]?.end()
  await Promise.all([...done, drain])
  expect(drained).toBe(true)
})

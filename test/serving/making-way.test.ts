import { expect, test } from 'vitest'
import { makingWay } from '../../src/serving/making-way.js'
import { Scheduler } from '../../src/serving/scheduler.js'
import { HandClock } from './hand-clock.js'
import { Stage } from './scripted-work.js'

test.each([
  [
    { threads: 4, cores: 4 },
    { predicting: 3, quiet: 4 },
  ],
  [
    { threads: 2, cores: 4 },
    { predicting: 2, quiet: 2 },
  ],
  [
    { threads: 2, cores: 2 },
    { predicting: 1, quiet: 2 },
  ],
  [
    { threads: 8, cores: 2 },
    { predicting: 1, quiet: 8 },
  ],
  [
    { threads: 1, cores: 1 },
    { predicting: 1, quiet: 1 },
  ],
])('of %o there are %o turns at a time', ({ threads, cores }, expected) => {
  let quietFor = 0
  const turns = makingWay(threads, cores, () => quietFor)
  expect(turns()).toBe(expected.predicting)
  quietFor = 250
  expect(turns()).toBe(expected.quiet)
})

test('adaptations make way at their next slice, and have their threads back when predictions stay away', async () => {
  const clock = new HandClock()
  const predictions = new Scheduler(1, clock.now)
  const adaptations = new Scheduler(
    makingWay(2, 2, () => predictions.quietFor),
    clock.now,
  )
  const [adapting, predicting] = [new Stage(adaptations, clock), new Stage(predictions, clock)]
  for (const name of ['a', 'b']) adapting.submit('adapt', name, { turns: 100 })
  expect(adapting.now).toEqual(['a', 'b'])
  predicting.submit('predict', 'p')
  expect(adapting.now).toEqual(['a', 'b'])
  await adapting.end(10)
  expect(adapting.now).toHaveLength(1)
  await adapting.end(230)
  expect(adapting.now).toHaveLength(1)
  await adapting.end(10)
  expect(adapting.now).toHaveLength(2)
})

import { expect, test } from 'vitest'
import { serverTiming } from '../../../src/http/operations/server-timing.js'
import { Timeline } from '../../../src/serving/timeline.js'

test('the sum of every phase that there was, in milliseconds', () => {
  let now = 0
  const timeline = new Timeline(() => now)
  expect(serverTiming(timeline)).toBe('')
  now = 10
  timeline.add('engine', 2)
  now = 30
  timeline.add('engine', 29.75)
  timeline.add('decode', 30 - 1 / 3)
  timeline.add('store', 30)
  expect(serverTiming(timeline)).toBe('decode;dur=0.333, engine;dur=8.25, store;dur=0')
})

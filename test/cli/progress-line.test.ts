import { describe, expect, test } from 'vitest'
import { duration, measurement, ProgressLine, progressText } from '../../src/cli/progress-line.js'
import type { Progress } from '../../src/training/run/training-run.js'

const progress: Progress = {
  iteration: 50,
  iterations: 200,
  firstLoss: 1.5,
  lastLoss: 0.25,
  rate: 12.345,
  left: 12.1,
  validation: [],
}
const validation = [{ ways: 5, shots: 1, accuracy: 0.9312, interval: 0.0049 }]

function shown(isTTY: boolean, columns = 200) {
  const written: string[] = []
  let seconds = 0
  const output = { isTTY, columns, write: (text: string) => written.push(text) }
  const line = new ProgressLine(output, () => seconds)
  return {
    line,
    written,
    later: (second: number) => {
      seconds = second
    },
    at: (second: number, change: Partial<Progress> = {}) => {
      seconds = second
      line.show({ ...progress, ...change })
    },
  }
}

describe('the progress of a training', () => {
  test('has rate, loss, accuracy and the time left', () => {
    expect(progressText({ ...progress, validation })).toBe(
      '50/200  25%  12.3 it/s  loss 1.5000 -> 0.2500  accuracy 93.1% +- 0.5 (5-way 1-shot)  12 s left',
    )
    expect(measurement([{ ways: 0, shots: 10, error: 0.1234, interval: 0.01 }])).toBe(
      'squared error 0.123 +- 0.010 (10 points)',
    )
    expect([45, 600, 11_100].map(duration)).toEqual(['45 s', '10 min', '3 h 05 min'])
  })

  test('is a line every five seconds where there is no terminal, and the last one', () => {
    const { at, written } = shown(false)
    for (const second of [0, 1, 4.9, 5, 9]) at(second)
    at(9.1, { iteration: 200 })
    expect(written).toHaveLength(3)
    expect(written.join('')).not.toContain('\r')
  })

  test('is one line on a terminal, drawn again and never wider than that', () => {
    const { at, line, written } = shown(true, 30)
    for (const second of [0, 0.05, 0.2]) at(second)
    expect(written).toHaveLength(2)
    for (const text of written) {
      expect(text.startsWith('\r\x1b[K')).toBe(true)
      expect(text).toHaveLength('\r\x1b[K'.length + 29)
    }
    line.say('a line that stays')
    line.end()
    expect(written.slice(2)).toEqual(['\r\x1b[Ka line that stays\n'])
  })

  test('says in one line that it measures where there is no terminal', () => {
    const { at, line, written } = shown(false)
    at(0, { iteration: 200 })
    line.finish('measuring')
    line.measure({ ways: 5, shots: 1 }, 3, 100)
    line.end()
    expect(written.slice(1)).toEqual(['measuring\n'])
  })

  test('shows on a terminal how far it measures, and keeps the last line of the iterations', () => {
    const { at, later, line, written } = shown(true)
    at(0, { iteration: 200 })
    line.finish('measuring')
    later(1)
    line.measure({ ways: 5, shots: 1 }, 3, 100)
    line.say('done')
    expect(written.slice(1)).toEqual([
      '\n',
      '\r\x1b[Kmeasuring',
      '\r\x1b[Kmeasuring 5-way 1-shot: 3 of 100 tasks',
      '\r\x1b[Kdone\n',
    ])
  })

  test('measures between iterations on the same line', () => {
    const { line, written, later } = shown(true)
    later(1)
    line.measure({ ways: 5, shots: 1 }, 3, 100)
    line.measure({ ways: 5, shots: 1 }, 4, 100)
    later(2)
    line.measure({ ways: 5, shots: 1 }, 50, 100)
    line.end()
    expect(written).toEqual([
      '\r\x1b[Kmeasuring 5-way 1-shot: 3 of 100 tasks',
      '\r\x1b[Kmeasuring 5-way 1-shot: 50 of 100 tasks',
      '\r\x1b[K',
    ])
  })

  test('keeps a line for every new measurement', () => {
    const { at, written } = shown(false)
    at(0)
    at(1, { validation })
    expect(written.slice(1)).toEqual(['measured before iteration 50: accuracy 93.1% +- 0.5 (5-way 1-shot)\n'])
  })
})

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Turns } from '../../../src/http/reading/turns.js'

test('never more at a time, everyone in their order, and nobody is forgotten', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 4 }),
      fc.array(fc.record({ ticks: fc.nat(5), fails: fc.boolean(), givesUp: fc.boolean() }), { maxLength: 20 }),
      async (places, jobs) => {
        const turns = new Turns(places)
        let atWork = 0
        const begun: number[] = []
        const done = jobs.map(({ ticks, fails, givesUp }, index) => {
          const controller = new AbortController()
          const outcome = turns.run(async () => {
            begun.push(index)
            expect(++atWork).toBeLessThanOrEqual(places)
            for (let i = 0; i < ticks; i++) await Promise.resolve()
            atWork--
            if (fails) throw new Error('failed')
          }, controller.signal)
          if (givesUp) controller.abort(new Error('gave up'))
          return outcome.then(
            () => 'done',
            (error: Error) => error.message,
          )
        })
        const outcomes = await Promise.all(done)
        expect(begun).toEqual(begun.toSorted((a, b) => a - b))
        jobs.forEach(({ fails }, index) => {
          const expected = begun.includes(index) ? (fails ? 'failed' : 'done') : 'gave up'
          expect(outcomes[index]).toBe(expected)
        })
        expect(jobs.filter(({ givesUp }, index) => !givesUp && !begun.includes(index))).toEqual([])
      },
    ),
    { seed: 1, numRuns: 200 },
  )
})

test('who has given up before does not come in', async () => {
  await expect(new Turns(1).run(async () => 1, AbortSignal.abort(new Error('gave up')))).rejects.toThrow('gave up')
})

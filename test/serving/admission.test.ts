/** How much is taken on at a time, what those hear who are refused, and the end. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Admission } from '../../src/serving/admission.js'
import { HandClock, settled } from './hand-clock.js'

function admissionOf(requests = 2, bytes = 100) {
  const clock = new HandClock()
  return { clock, admission: new Admission({ requests, bytes }, clock.now) }
}

/** So many requests, one after the other, stay so many milliseconds each. */
function serve({ clock, admission }: ReturnType<typeof admissionOf>, requests: number, milliseconds: number): void {
  for (let request = 0; request < requests; request++) {
    const leave = admission.enter()
    clock.time += milliseconds
    leave()
  }
}

/** What is thrown. */
function refusal(act: () => unknown): unknown {
  try {
    act()
  } catch (error) {
    return error
  }
  throw new Error('it was not refused')
}

const queueFull = (retryAfterSeconds: number) => ({ failure: { code: 'queue-full', retryAfterSeconds } })

describe('requests', () => {
  test('are let in up to the bound, and again when one has left', () => {
    const { admission } = admissionOf(2)
    const leave = admission.enter()
    admission.enter()
    expect(admission.requests).toBe(2)
    for (const ask of [() => admission.enter(), () => admission.check()]) {
      const refused = refusal(ask)
      expect(refused).toMatchObject(queueFull(1))
      expect(refused).toHaveProperty('message', '2 requests are under way; try again in 1 s.')
    }
    leave()
    expect(admission.requests).toBe(1)
    admission.check()
    expect(admission.requests).toBe(1)
    admission.enter()
  })

  test('none is let in where the bound is 0', () => {
    expect(refusal(() => admissionOf(0).admission.enter())).toMatchObject(queueFull(1))
  })
})

describe('bytes', () => {
  test('are taken up to the bound, and what is refused takes none', () => {
    const { admission } = admissionOf(2, 100)
    admission.take(60)
    const refused = refusal(() => admission.take(41))
    expect(refused).toMatchObject(queueFull(1))
    expect(refused).toHaveProperty('message', 'The requests under way hold 60 bytes; try again in 1 s.')
    admission.take(40)
    expect(admission.bytes).toBe(100)
    admission.give(60)
    admission.take(30)
    expect(admission.bytes).toBe(70)
  })

  test('and requests are never more than the bounds, and never less than nothing', () => {
    const move = fc.oneof(
      fc.record({ does: fc.constant('enter' as const) }),
      fc.record({ does: fc.constant('leave' as const) }),
      fc.record({ does: fc.constant('take' as const), bytes: fc.nat(60) }),
      fc.record({ does: fc.constant('give' as const) }),
    )
    fc.assert(
      fc.property(fc.array(move, { maxLength: 60 }), (moves) => {
        const { admission } = admissionOf(3, 100)
        const inside: (() => void)[] = []
        const held: number[] = []
        for (const one of moves) {
          if (one.does === 'enter') {
            if (inside.length < 3) inside.push(admission.enter())
            else refusal(() => admission.enter())
          } else if (one.does === 'take') {
            const sum = held.reduce((a, b) => a + b, one.bytes)
            if (sum > 100) refusal(() => admission.take(one.bytes))
            else {
              admission.take(one.bytes)
              held.push(one.bytes)
            }
          } else if (one.does === 'leave') inside.pop()?.()
          else admission.give(held.shift() ?? 0)
          expect([admission.requests, admission.bytes]).toEqual([inside.length, held.reduce((a, b) => a + b, 0)])
        }
      }),
      { numRuns: 200, seed: 1 },
    )
  })
})

describe('when to come again', () => {
  test.each([
    [0, 1],
    [400, 1],
    [2000, 1],
    [2100, 2],
    [9000, 5],
    [60_000, 30],
  ])('requests that stay %i ms: after %i s, half a stay, when half of them have left', (stay, seconds) => {
    const given = admissionOf(1)
    serve(given, 200, stay)
    given.admission.enter()
    expect(refusal(() => given.admission.check())).toMatchObject(queueFull(seconds))
  })

  test('follows what the server does now', () => {
    const given = admissionOf(1, 10)
    const { admission } = given
    const seconds = () => {
      const { failure } = refusal(() => admission.take(11)) as { failure: { retryAfterSeconds: number } }
      return failure.retryAfterSeconds
    }
    serve(given, 100, 40_000)
    const busy = seconds()
    serve(given, 7, 100)
    const calmer = seconds()
    serve(given, 100, 100)
    expect([busy, calmer < busy, calmer > 1, seconds()]).toEqual([20, true, true, 1])
  })

  test('counts all requests, not only the last', () => {
    const given = admissionOf(1)
    serve(given, 100, 100)
    serve(given, 1, 60_000)
    given.admission.enter()
    // A tenth of the last one counts: 0.1 x 60 s, half of it.
    expect(refusal(() => given.admission.check())).toMatchObject(queueFull(4))
  })
})

describe('the end', () => {
  test('is at once where nobody is left', async () => {
    const { admission } = admissionOf()
    await admission.drain()
    const refused = refusal(() => admission.enter())
    expect(refused).toMatchObject({ failure: { code: 'draining' } })
    expect(refused).toHaveProperty('message', 'The server is about to stop; ask another replica.')
  })

  test('waits for all that were let in, and lets in nobody', async () => {
    const { admission } = admissionOf(2)
    const leaves = [admission.enter(), admission.enter()]
    let drained = 0
    for (let i = 0; i < 2; i++) void admission.drain().then(() => drained++)
    for (const leave of leaves) {
      expect(refusal(() => admission.check())).toMatchObject({ failure: { code: 'draining' } })
      // What was let in may still read its body.
      admission.take(10)
      await settled()
      expect(drained).toBe(0)
      leave()
    }
    await settled()
    expect(drained).toBe(2)
  })
})

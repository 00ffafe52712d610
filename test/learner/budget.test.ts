/** As many steps as fit into the time there is, and never much more. */
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ClientProgram, Engine, Executable, Tensors } from '../../src/engine/engine.js'
import { ReferenceEngine } from '../../src/engine/reference.js'
import { Budget } from '../../src/learner/budget.js'
import { createLearner } from '../../src/learner/create-learner.js'
import type { Program } from '../../src/program/program.js'
import { createTestEngine } from '../engines.js'
import { expectSameBits } from './closeness.js'
import { classifier, modelOf, optimizers, regressor } from './small-models.js'
import { patternTask, surfaceTask } from './small-tasks.js'

/** How long an engine takes, in milliseconds. */
interface Pace {
  readonly step: number
  /** Of one run that is no steps: a look at the support set. */
  readonly look: number
  /** Of every run. */
  readonly overhead: number
}

/** An engine whose runs take the time of `pace` on a clock of its own, and compute what the real one computes. */
class TimedEngine implements Engine {
  readonly name = 'timed'
  time = 0
  pace: Pace = { step: 0, look: 0, overhead: 0 }
  /** The steps of each run of the adapt program. */
  slices: number[] = []

  constructor(private readonly inner: Engine) {}

  get parallelism(): number {
    return this.inner.parallelism
  }

  async compile(program: Program): Promise<Executable> {
    return this.timed(await this.inner.compile(program))
  }

  async compileForClients(programs: readonly ClientProgram[]): Promise<Executable[]> {
    return (await this.inner.compileForClients(programs)).map((executable) => this.timed(executable))
  }

  private timed(executable: Executable): Executable {
    return {
      run: (feeds, ...rest) => {
        this.passFor(feeds)
        return executable.run(feeds, ...rest)
      },
      dispose: () => executable.dispose(),
    }
  }

  close(): Promise<void> {
    return this.inner.close()
  }

  private passFor({ steps }: Tensors): void {
    const { step, look, overhead } = this.pace
    const count = steps?.data[0]
    if (count !== undefined) this.slices.push(count)
    this.time += overhead + (count === undefined ? look : step * count)
  }

  /** The milliseconds left of `budget` from now on. */
  remaining(budget: number): () => number {
    const end = this.time + budget
    return () => end - this.time
  }
}

const sizes = { supports: [10], queries: [1] }
const widths = (classes: number) => [{ classes, batch: 2, steps: 4, learningRate: 0.05 }]
const layers = [{ type: 'dense', units: 4 }, { type: 'tanh' }] as const

async function timedClassifier(inner: Engine) {
  const engine = new TimedEngine(inner)
  const optimizer = optimizers['adam, beta1 0.9, moments from zero']
  const artifact = classifier({ layers, optimizer, widths: widths(3) })
  const learner = await createLearner(modelOf(artifact), engine, sizes)
  const support = patternTask(1, 3, 2)
  /** What `steps` steps within `budget` milliseconds come to, and how long they have taken. */
  const adapt = async (pace: Pace, steps: number, budget: number | undefined) => {
    engine.pace = pace
    engine.slices = []
    const start = engine.time
    const remaining = budget === undefined ? undefined : engine.remaining(budget)
    const adaptation = await learner.adapt(support, { steps, seed: 3, remaining })
    return { adaptation, took: engine.time - start, slices: engine.slices }
  }
  return { adapt }
}

const paces = fc.record<Pace>({
  step: fc.integer({ min: 1, max: 30 }),
  look: fc.nat(40),
  overhead: fc.nat(5),
})

describe('an adaptation with a budget', () => {
  // Of 32-bit numbers throughout: the reference engine rounds to them at the borders of slices only, which a budget moves.
  const inner = createTestEngine()
  let adapt: Awaited<ReturnType<typeof timedClassifier>>['adapt']
  beforeAll(async () => {
    adapt = (await timedClassifier(inner)).adapt
  })
  afterAll(() => inner.close())

  test('does as many steps as fit, and its bits are those of so many steps without one', async () => {
    await fc.assert(
      fc.asyncProperty(paces, fc.nat(70), fc.nat(700), async (pace, most, budget) => {
        const { adaptation, took } = await adapt(pace, most, budget)
        const { steps } = adaptation
        // The first step is done whenever there is any time for it; after that the time is kept.
        expect(took).toBeLessThanOrEqual(Math.max(budget, 2 * (pace.look + pace.overhead)) + pace.step + pace.overhead)
        if (steps > 1) expect(took).toBeLessThanOrEqual(budget)
        // Another one, that takes as long as the slowest so far, would not have fitted.
        if (steps < most) expect(took + pace.step + pace.overhead).toBeGreaterThan(budget)
        const whole = await adapt(pace, steps, undefined)
        expectSameBits(adaptation.weights, whole.adaptation.weights)
        expect(adaptation.losses).toEqual(whole.adaptation.losses)
        expect(adaptation.losses).toHaveLength(steps)
      }),
      { numRuns: 40, seed: 1 },
    )
  })

  test.each([
    [-5, 0],
    [0, 0],
    [20, 0],
    [21, 1],
    [30, 1],
    [59, 3],
    [60, 4],
    [129, 10],
    [10_000, 60],
  ])('of %i ms, for looks of 10 ms before and after steps of 10 ms: %i of 60', async (budget, steps) => {
    const { adaptation } = await adapt({ step: 10, look: 10, overhead: 0 }, 60, budget)
    expect(adaptation.steps).toBe(steps)
  })

  test('measures with one step, then takes slices as long as they can be', async () => {
    const ample = await adapt({ step: 10, look: 0, overhead: 0 }, 120, 5000)
    expect(ample.slices).toEqual([1, 50, 50, 19])
    const scarce = await adapt({ step: 10, look: 0, overhead: 0 }, 120, 400)
    expect(scarce.slices).toEqual([1, 39])
  })

  test('that is ample gives the same bits as none', async () => {
    const pace = { step: 10, look: 10, overhead: 1 }
    const [ample, none] = [await adapt(pace, 70, 1e6), await adapt(pace, 70, undefined)]
    expect(ample.slices).toEqual([1, 50, 19])
    expect(none.slices).toEqual([50, 20])
    expectSameBits(ample.adaptation.weights, none.adaptation.weights)
    expectSameBits(ample.adaptation.statistics, none.adaptation.statistics)
    expect(ample.adaptation.losses).toEqual(none.adaptation.losses)
  })
})

describe('what has been measured', () => {
  /** A budget of 1000 ms, and a clock. */
  function budgetOf(milliseconds = 1000) {
    const clock = { time: 0 }
    return { clock, budget: new Budget(() => milliseconds - clock.time) }
  }

  test('counts at its slowest', () => {
    const { clock, budget } = budgetOf()
    budget.startSteps()
    expect(budget.stepsThatFit()).toBe(1)
    clock.time += 50
    budget.stepsDone(1)
    expect(budget.stepsThatFit()).toBe(19)
    clock.time += 50
    budget.stepsDone(10)
    expect(budget.stepsThatFit()).toBe(18)
    clock.time += 500
    budget.stepsDone(5)
    expect(budget.stepsThatFit()).toBe(4)
  })

  test('does not include the wait between two slices', () => {
    const { clock, budget } = budgetOf()
    budget.startSteps()
    budget.stepsThatFit()
    clock.time += 10
    budget.stepsDone(1)
    clock.time += 490
    expect(budget.stepsThatFit()).toBe(50)
  })

  test('before the steps is kept for after them', () => {
    const { clock, budget } = budgetOf(100)
    clock.time = 45
    budget.startSteps()
    expect(budget.stepsThatFit()).toBe(1)
    clock.time += 10
    expect(budget.stepsThatFit()).toBe(0)
  })

  test('steps that take no time at all are not limited', () => {
    const { budget } = budgetOf()
    budget.startSteps()
    budget.stepsThatFit()
    budget.stepsDone(1)
    expect(budget.stepsThatFit()).toBe(Number.POSITIVE_INFINITY)
  })
})

describe('a regression with a budget', () => {
  test('looks at its support set after the steps only: that comes on top of the budget', async () => {
    const engine = new TimedEngine(new ReferenceEngine())
    const artifact = regressor({ layers: [...layers, { type: 'dense', units: 2 }], widths: widths(0) })
    const learner = await createLearner(modelOf(artifact), engine, sizes)
    engine.pace = { step: 10, look: 7, overhead: 0 }
    engine.time = 0
    const { steps } = await learner.adapt(surfaceTask(1, 5), { steps: 60, seed: 1, remaining: engine.remaining(200) })
    expect([steps, engine.time]).toEqual([20, 207])
  })
})

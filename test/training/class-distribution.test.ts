/** What classes are like, found again in examples drawn from what is known. */
import { describe, expect, test } from 'vitest'
import { fraction, type Random, seeded } from '../../src/learner/random.js'
import { at } from '../../src/program/program.js'
import { classDistribution, type DrawnClasses } from '../../src/training/class-distribution.js'

/** Deviations along the diagonals (1, 1) and (-1, 1), of examples around their class and of classes around (5, -3). */
const within = [0.5, 1] as const
const between = [1, 3] as const

function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - fraction(random))) * Math.cos(2 * Math.PI * fraction(random))
}

function along(random: Random, [first, second]: readonly [number, number]): [number, number] {
  const [a, b] = [(first * normal(random)) / Math.SQRT2, (second * normal(random)) / Math.SQRT2]
  return [a - b, a + b]
}

function drawn(classes: number, shots: number, different = classes): DrawnClasses {
  const random = seeded(1)
  const features: Float32Array[] = []
  const classOf: number[] = []
  for (let label = 0; label < classes; label++) {
    const [x, y] = along(random, between)
    for (let shot = 0; shot < shots; shot++) {
      const [dx, dy] = along(random, within)
      features.push(Float32Array.of(5 + x + dx, -3 + y + dy))
      classOf.push(label)
    }
  }
  return { features, classOf, drawn: classes, different }
}

/** Axes by growing variance between classes. */
function found(classes: DrawnClasses, shrinkage = 0) {
  const flat = classDistribution(classes, shrinkage)
  expect(flat).toHaveLength(2 + 4 + 2 + 2)
  const order = at(flat, 8) < at(flat, 9) ? [0, 1] : [1, 0]
  return {
    mean: flat.subarray(0, 2),
    axes: order.map((axis) => [at(flat, 2 + axis), at(flat, 4 + axis)]),
    within: order.map((axis) => at(flat, 6 + axis)),
    between: order.map((axis) => at(flat, 8 + axis)),
  }
}

describe('the distribution of classes', () => {
  test('is that from which they were drawn', () => {
    const { mean, axes, within, between } = found(drawn(4000, 3))
    expect(mean[0]).toBeCloseTo(5, 0)
    expect(mean[1]).toBeCloseTo(-3, 0)
    const [first, second] = axes.map(([x = 0, y = 0]) => x * y)
    expect(first).toBeCloseTo(0.5, 1)
    expect(second).toBeCloseTo(-0.5, 1)
    for (const [x = 0, y = 0] of axes) expect(Math.hypot(x, y)).toBeCloseTo(1, 5)
    ;[0.25, 1].forEach((variance, axis) => {
      expect(Math.abs(at(within, axis) / variance - 1)).toBeLessThan(0.05)
    })
    ;[1, 9].forEach((variance, axis) => {
      expect(Math.abs(at(between, axis) / variance - 1)).toBeLessThan(0.1)
    })
  })

  test('is drawn towards variances that are all alike: within classes as the model says, between them where classes are few', () => {
    const many = found(drawn(4000, 3))
    const shrunk = found(drawn(4000, 3), 2)
    const average = (at(many.within, 0) + at(many.within, 1)) / 2
    expect(at(shrunk.within, 0)).toBeCloseTo(at(many.within, 0) + 2 * average, 4)
    const few = found(drawn(4000, 3, 1))
    const ratio = (variances: readonly number[]) => at(variances, 1) / at(variances, 0)
    expect(ratio(few.between)).toBeLessThan(0.8 * ratio(many.between))
    expect(ratio(few.between)).toBeGreaterThan(1)
  })

  test('is never sure that examples of a class are alike along an axis, for all that were seen were', () => {
    const { features, ...classes } = drawn(50, 3)
    const flat = features.map((feature, i) => Float32Array.of(at(feature, 0), at(classes.classOf, i)))
    const { within, between } = found({ ...classes, features: flat })
    expect(Math.min(...within)).toBeGreaterThan(0.001 * (at(between, 0) + at(between, 1)))
  })

  test('can be used where nothing varies, or fewer classes than features were seen', () => {
    const constant = { features: Array(4).fill(Float32Array.of(1, 2)), classOf: [0, 0, 1, 1], drawn: 2, different: 2 }
    for (const classes of [constant, drawn(2, 2)]) {
      const { within, between } = found(classes)
      for (const variance of within) expect(variance).toBeGreaterThan(0)
      for (const variance of between) expect(variance).toBeGreaterThanOrEqual(0)
    }
  })
})

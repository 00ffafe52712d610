/** Augmentation: what each kind does to an image, and what it leaves alone. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { seeded } from '../../../src/learner/random.js'
import { at } from '../../../src/program/program.js'
import { affine } from '../../../src/training/data/affine.js'
import { augmenter } from '../../../src/training/data/augment.js'
import { withRotations } from '../../../src/training/data/rotations.js'
import { strokeWidth } from '../../../src/training/data/stroke-width.js'
import { dataSchema } from '../../../src/training/settings.js'
import { TrainingError } from '../../../src/training/training-error.js'

const spec = { kind: 'image', height: 7, width: 7, channels: 1, polarity: 'ink' } as const
const still = { right: 0, down: 0, turn: 0, scale: 1 }

const settings = (augmentation: object) => {
  const data = dataSchema.parse({ kind: 'glyphs', augmentation })
  if (data.kind !== 'glyphs') throw new Error(data.kind)
  return data.augmentation
}

const dot = (x: number, y: number, size = 7): Float32Array =>
  Float32Array.from({ length: size * size }, (_, i) => Number(i === size * y + x))

const images = (size: number, channels = 1) =>
  fc
    .array(fc.float({ min: 0, max: 1, noNaN: true }), {
      minLength: size * size * channels,
      maxLength: size * size * channels,
    })
    .map((numbers) => Float32Array.from(numbers))

describe('moving, turning and scaling', () => {
  test('by nothing changes nothing', () => {
    fc.assert(
      fc.property(images(7), (image) => {
        expect(affine(image, spec, still)).toEqual(image)
      }),
      { seed: 1 },
    )
  })

  test('by whole pixels moves them to the right and down, and leaves paper behind', () => {
    expect(affine(dot(2, 3), spec, { ...still, right: 2, down: -1 })).toEqual(dot(4, 2))
    expect(affine(dot(6, 3), spec, { ...still, right: 1 })).toEqual(new Float32Array(49))
  })

  test('by half a pixel shares the ink between two', () => {
    const moved = affine(dot(3, 3), spec, { ...still, right: 0.5 })
    expect([at(moved, 24), at(moved, 25), moved.reduce((a, b) => a + b)]).toEqual([0.5, 0.5, 1])
  })

  test('by a quarter is clockwise, as rotated classes are', async () => {
    const quarter = affine(dot(4, 1), spec, { ...still, turn: Math.PI / 2 })
    const one = { name: 'a', count: 1, read: async () => dot(4, 1) }
    const turned = await at(withRotations([one], spec), 1).read(0)
    quarter.forEach((value, i) => {
      expect(value).toBeCloseTo(at(turned, i), 5)
    })
    expect(turned).toEqual(dot(5, 4))
  })

  test('twice as large brings twice as far from the middle', () => {
    expect(at(affine(dot(4, 3), spec, { ...still, scale: 2 }), 3 * 7 + 5)).toBe(1)
  })

  test('of a picture goes on with its border', () => {
    const picture = { ...spec, polarity: 'asis' } as const
    const grey = new Float32Array(49).fill(0.25)
    expect(affine(grey, picture, { right: 3, down: 2, turn: 1, scale: 0.5 })).toEqual(grey)
  })
})

describe('rotations', () => {
  test('are four classes of one, all different, and the original again after four quarters', async () => {
    const square = { ...spec, channels: 3 } as const
    await fc.assert(
      fc.asyncProperty(images(7, 3), async (image) => {
        const one = { name: 'a', count: 1, read: async () => image }
        const classes = withRotations([one], square)
        expect(classes.map(({ name }) => name)).toEqual([
          'a',
          'a turned 90 degrees',
          'a turned 180 degrees',
          'a turned 270 degrees',
        ])
        const back = withRotations([at(classes, 1)], square)
        expect(await at(back, 1).read(0)).toEqual(await at(classes, 2).read(0))
        expect(await at(back, 2).read(0)).toEqual(await at(classes, 3).read(0))
        expect(await at(back, 3).read(0)).toEqual(image)
      }),
      { seed: 1 },
    )
  })

  test('are refused where the image is no square', () => {
    expect(() => withRotations([], { ...spec, width: 8 })).toThrow(/Only square images.* 7 x 8/)
  })
})

describe('stroke width', () => {
  test('grows and shrinks monotonically with the pixels', () => {
    const pixels = fc.double({ min: -2, max: 2, noNaN: true })
    fc.assert(
      fc.property(images(7), pixels, pixels, (image, a, b) => {
        const thin = strokeWidth(image, spec, Math.min(a, b))
        const thick = strokeWidth(image, spec, Math.max(a, b))
        thin.forEach((value, i) => {
          expect(value).toBeLessThanOrEqual(at(thick, i) + 1e-6)
        })
      }),
      { seed: 1 },
    )
  })

  test('of 0 changes nothing', () => {
    fc.assert(
      fc.property(images(7), (image) => {
        expect(strokeWidth(image, spec, 0)).toEqual(image)
      }),
      { seed: 1 },
    )
  })

  test('of one pixel makes a dot a disc, of half a pixel one with a grey rim, and takes either away again', () => {
    const disc = strokeWidth(dot(3, 3), spec, 1)
    expect(disc.reduce((a, b) => a + b)).toBe(5)
    expect(strokeWidth(disc, spec, -1)).toEqual(dot(3, 3))
    expect(strokeWidth(dot(3, 3), spec, 0.5).reduce((a, b) => a + b)).toBe(3)
  })
})

describe('an augmenter', () => {
  const everything = settings({ shift: 1, scale: 0.1, turn: 15, stroke: 0.5, noise: 0.1 })

  test('is there only where something is to be done', () => {
    expect(augmenter(settings({}), spec)).toBeUndefined()
    expect(augmenter(settings({ rotations: true }), spec)).toBeUndefined()
    expect(augmenter(settings({ noise: 0.1 }), spec)).toBeDefined()
  })

  test('makes another image of every seed, the same of the same, and leaves the given one alone', () => {
    const vary = augmenter(everything, spec)
    const image = strokeWidth(dot(3, 3), spec, 2)
    const before = image.slice()
    const one = vary?.(image, seeded(1))
    expect(one).not.toEqual(image)
    expect(vary?.(image, seeded(1))).toEqual(one)
    expect(vary?.(image, seeded(2))).not.toEqual(one)
    expect(image).toEqual(before)
  })

  test('keeps images between 0 and 1', () => {
    const vary = augmenter(settings({ ...everything, noise: 1 }), spec)
    fc.assert(
      fc.property(images(7), fc.nat(), (image, seed) => {
        const varied = vary?.(image, seeded(seed))
        expect(varied?.every((value) => value >= 0 && value <= 1)).toBe(true)
      }),
      { seed: 1 },
    )
  })

  test('never thins a stroke away', () => {
    const vary = augmenter(settings({ stroke: 2 }), spec)
    for (let seed = 0; seed < 50; seed++) {
      expect(Math.max(...(vary?.(dot(3, 3), seeded(seed)) ?? []))).toBeGreaterThanOrEqual(0.5)
    }
  })

  test('adds noise of the deviation asked for to values', () => {
    const vary = augmenter(settings({ noise: 0.5 }), { kind: 'values', length: 10_000 })
    const noise = vary?.(new Float32Array(10_000), seeded(1)) ?? new Float32Array()
    const mean = noise.reduce((a, b) => a + b) / noise.length
    const deviation = Math.sqrt(noise.reduce((sum, value) => sum + (value - mean) ** 2, 0) / noise.length)
    expect(Math.abs(mean)).toBeLessThan(0.02)
    expect(deviation).toBeCloseTo(0.5, 1)
  })

  test('refuses what an input does not lend itself to', () => {
    expect(() => augmenter(settings({ turn: 5 }), { kind: 'values', length: 3 })).toThrow(/noise alone/)
    expect(() => augmenter(settings({ stroke: 1 }), { ...spec, polarity: 'asis' })).toThrow(TrainingError)
  })
})

/** Images on disk as classes to learn from. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { encode } from 'fast-png'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { seeded } from '../../src/learner/random.js'
import { at } from '../../src/program/program.js'
import { holdOut, type ImageClass, readImageFolder, sample, withRotations } from '../../src/training/image-folder.js'

const spec = { kind: 'image', height: 4, width: 4, channels: 1, polarity: 'asis' } as const

let root: string
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'reptile-images-'))
})
afterEach(() => rm(root, { recursive: true }))

/** A black image with one white pixel. */
async function writeDot(path: string, x: number, y: number): Promise<void> {
  const data = new Uint8Array(16)
  data[4 * y + x] = 255
  await mkdir(join(root, path, '..'), { recursive: true })
  await writeFile(join(root, path), encode({ width: 4, height: 4, channels: 1, depth: 8, data }))
}

const dot = (x: number, y: number): Float32Array => Float32Array.from({ length: 16 }, (_, i) => Number(i === 4 * y + x))

describe('a folder of images', () => {
  test('is read as one class a folder, by name, files beside them left alone', async () => {
    await writeDot('b/1.png', 3, 0)
    await writeDot('a/2.png', 1, 2)
    await writeDot('a/1.png', 0, 1)
    await writeFile(join(root, 'README.txt'), 'no image')
    expect(await readImageFolder(root, spec)).toEqual([[dot(0, 1), dot(1, 2)], [dot(3, 0)]])
  })

  test('that is not there is named', async () => {
    await expect(readImageFolder(join(root, 'nowhere'), spec)).rejects.toThrow(join(root, 'nowhere'))
  })

  test('with a single class is refused: there is nothing to tell apart', async () => {
    await writeDot('a/1.png', 0, 0)
    await expect(readImageFolder(root, spec)).rejects.toThrow(/holds 1 classes: at least 2/)
  })

  test('names a file that is no image', async () => {
    await writeDot('a/1.png', 0, 0)
    await writeDot('b/1.png', 0, 0)
    await writeFile(join(root, 'b', 'notes.txt'), 'no image')
    await expect(readImageFolder(root, spec)).rejects.toThrow('notes.txt')
  })
})

describe('rotations', () => {
  const images = fc
    .array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 27, maxLength: 27 })
    .map((numbers) => Float32Array.from(numbers))

  test('make four classes of one, each turned a quarter further', () => {
    const turned = withRotations([[dot(1, 0)]], spec)
    // The dot goes around: top, right, bottom, left.
    expect(turned).toEqual([[dot(1, 0)], [dot(3, 1)], [dot(2, 3)], [dot(0, 2)]])
  })

  test('give the original again after four turns', () => {
    fc.assert(
      fc.property(images, (image) => {
        const square = { ...spec, height: 3, width: 3, channels: 3 } as const
        const quarter = at(at(withRotations([[image]], square), 1), 0)
        const back = at(at(withRotations([[quarter]], square), 3), 0)
        expect(back).toEqual(image)
      }),
      { seed: 1 },
    )
  })

  test('turn every image of a class', () => {
    const turned = withRotations([[dot(1, 0), dot(0, 0)], [dot(2, 2)]], spec)
    expect(turned.map((images) => images.length)).toEqual([2, 2, 2, 2, 1, 1, 1, 1])
    expect(turned[1]).toEqual([dot(3, 1), dot(3, 0)])
  })

  test('are refused where the image is no square', () => {
    expect(() => withRotations([[dot(0, 0)]], { ...spec, width: 2, height: 8 })).toThrow(/square/)
  })
})

describe('drawing', () => {
  const classes: readonly ImageClass[] = Array.from({ length: 30 }, (_, label) => [Float32Array.of(label)])
  const labels = (drawn: readonly ImageClass[]): number[] => drawn.map((images) => at(at(images, 0), 0))

  test('classes to hold out leaves the others for training, and none in both', () => {
    const { training, heldOut } = holdOut(seeded(1), classes, 7)
    expect([training.length, heldOut.length]).toEqual([23, 7])
    expect([...labels(training), ...labels(heldOut)].sort((a, b) => a - b)).toEqual(labels(classes))
    expect(labels(heldOut)).not.toEqual(labels(classes).slice(0, 7))
  })

  test('a sample takes nothing twice, and reaches everything', () => {
    const random = seeded(1)
    const reached = new Set<number>()
    for (let i = 0; i < 50; i++) {
      const drawn = sample(random, [0, 1, 2, 3, 4], 3)
      expect(new Set(drawn).size).toBe(3)
      for (const item of drawn) reached.add(item)
    }
    expect(reached.size).toBe(5)
  })
})

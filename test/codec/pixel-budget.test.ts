import { expect, test } from 'vitest'
import { decodeWithin } from '../../src/codec/decode-image.js'
import { PixelBudget } from '../../src/codec/pixel-budget.js'
import { bar, drawing, greyPng, through } from './images.js'

const png = greyPng(bar(16, 16), 16, 16)

test('the images of a request share their pixels, whoever decodes them', async () => {
  const budget = new PixelBudget(1e6, 600)
  await decodeWithin(png, drawing, budget)
  await decodeWithin(await through(bar(16, 16), 16, 16, 1).webp().toBuffer(), drawing, budget)
  expect([budget.used, budget.left]).toEqual([512, 88])
  await expect(decodeWithin(png, drawing, budget)).rejects.toThrow('too many pixels together')
  expect(budget.used).toBe(512)
})

test('a drawing that only sharp can read counts once', async () => {
  const budget = new PixelBudget(1e6, 1e6)
  const damaged = Uint8Array.from(png)
  damaged[png.length - 20] = (png[png.length - 20] ?? 0) ^ 1
  await decodeWithin(damaged, drawing, budget).catch(() => undefined)
  expect(budget.used).toBe(256)
})

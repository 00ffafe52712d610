import { decode } from 'fast-png'
import { expect, test } from 'vitest'
import { picture } from '../../../src/training/report/picture.js'

const image = { kind: 'image', height: 2, width: 3, channels: 1, polarity: 'asis' } as const

function pixels(shown: ReturnType<typeof picture>): number[] {
  if (shown.kind !== 'image') throw new Error('no image')
  const png = decode(Buffer.from(shown.url.replace('data:image/png;base64,', ''), 'base64'))
  expect(png).toMatchObject({ width: shown.width, height: shown.height, depth: 8 })
  return [...png.data]
}

test('an image is drawn as it is; noise beyond its range is cut off, what is no number is black', () => {
  const shown = picture(Float32Array.of(0, 0.2, 1, -0.5, 1.5, Number.NaN), image)
  expect(pixels(shown)).toEqual([0, 51, 255, 0, 255, 0])
})

test('ink is dark on light paper, and may be turned over', () => {
  const shown = picture(Float32Array.of(0, 0.2, 1, 0, 0, 0), { ...image, polarity: 'ink' })
  expect(pixels(shown)).toEqual([255, 204, 0, 255, 255, 255])
  expect(shown).toMatchObject({ ink: true })
})

test('colours stay in their order', () => {
  const shown = picture(Float32Array.of(1, 0, 0, 0, 1, 0), { ...image, height: 1, width: 2, channels: 3 })
  expect(pixels(shown)).toEqual([255, 0, 0, 0, 255, 0])
})

test('numbers stay numbers', () => {
  expect(picture(Float32Array.of(1, -2), { kind: 'values', length: 2 })).toEqual({ kind: 'values', values: [1, -2] })
})

test('an input of another size is a mistake', () => {
  expect(() => picture(new Float32Array(5), image)).toThrow('an input of 6 numbers was announced, but it has 5')
})

/** Requests that the tiny models of the test server can do something with. */
import { bar, fill, greyPng } from '../codec/images.js'

export const uprightPng = greyPng(bar(16, 16), 16, 16)
export const lyingPng = greyPng(
  fill(16, 16, 1, (_x, y) => (y === 8 ? 0 : 255)),
  16,
  16,
)

export const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64')

export const upright = { image: base64(uprightPng) }
export const lying = { image: base64(lyingPng) }

/** Classification, for the default model. */
export const twoSigns = {
  id: 'signs',
  examples: [
    { label: 'upright', input: upright },
    { label: 'lying', input: lying },
  ],
}

/** Regression: a line, twice. */
export const line = {
  model: 'tiny-curves',
  id: 'line',
  examples: [-1, 0, 1].map((x) => ({ target: [x, -x], input: { values: [x] } })),
}

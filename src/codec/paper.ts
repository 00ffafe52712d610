/** What a drawing is drawn on: the border tells. */
import { lumaWeights, type Samples } from './pixels.js'

/** The median of the border pixels, channel by channel, 0 to 255. */
export function paperOf(image: Samples): number[] {
  return Array.from({ length: image.channels }, (_, channel) => borderMedian(image, channel))
}

/** Whether ink is darker than this paper. */
export function isLight(paper: readonly number[]): boolean {
  const luma =
    paper.length === 1 ? (paper[0] ?? 0) : paper.reduce((sum, value, i) => sum + value * (lumaWeights[i] ?? 0), 0)
  return luma >= 127.5
}

/** Fainter than this, of 255, is dirt and not ink: a blank sheet stays blank. */
const FAINTEST_INK = 32

/** How far the strongest ink is from the paper, 0 to 255, darker or lighter. */
export function strongestInk({ data }: Samples, paper: number): number {
  const most = Math.max(paper, 255 - paper)
  let strongest = FAINTEST_INK
  // Most drawings show black on white soon, and nothing is stronger than that.
  for (let i = 0; i < data.length && strongest < most; i++) {
    const ink = Math.abs((data[i] ?? paper) - paper)
    if (ink > strongest) strongest = ink
  }
  return strongest
}

function borderMedian({ width, height, channels, data }: Samples, channel: number): number {
  const histogram = new Uint32Array(256)
  let seen = 0
  const count = (x: number, y: number) => {
    const level = Math.round(data[(y * width + x) * channels + channel] ?? 0)
    histogram[level] = (histogram[level] ?? 0) + 1
    seen++
  }
  for (let x = 0; x < width; x++) {
    count(x, 0)
    if (height > 1) count(x, height - 1)
  }
  for (let y = 1; y < height - 1; y++) {
    count(0, y)
    if (width > 1) count(width - 1, y)
  }
  let below = 0
  for (let level = 0; level < 256; level++) {
    below += histogram[level] ?? 0
    if (2 * below >= seen) return level
  }
  return 255
}

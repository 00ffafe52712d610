/** The part after the decoders, which all formats share: one size, one idea of paper and ink. */
import type { InputSpec } from '../model/artifact.js'
import { inkOn, isLight, paperOf } from './paper.js'
import { type Pixels, type Samples, toSamples } from './pixels.js'
import { resample } from './resample.js'

export type ImageSpec = Extract<InputSpec, { kind: 'image' }>

/** [height, width, channels], 0 to 1. */
export function pixelsToInput(pixels: Pixels, spec: ImageSpec): Float32Array {
  const image = toSamples(pixels, spec.channels)
  const paper = paperOf(image)
  const scale = Math.min(spec.width / image.width, spec.height / image.height)
  const width = Math.max(1, Math.round(image.width * scale))
  const height = Math.max(1, Math.round(image.height * scale))
  const framed = pad(resample(image, width, height), spec, paper)
  const level = spec.polarity === 'ink' && paper.length === 1 ? inkOn(image, paper[0] ?? 255) : levelOf(spec, paper)
  // Weights in 32 bits sum to 1 but for the last bit or two: clamped, a tensor is in 0..1 whatever came in.
  for (let i = 0; i < framed.length; i++) framed[i] = Math.min(1, Math.max(0, level(framed[i] ?? 0)))
  return framed
}

/** Colours as they are, or turned over where they stand on light paper and ink is asked for. */
function levelOf({ polarity }: ImageSpec, paper: readonly number[]): (sample: number) => number {
  return polarity === 'ink' && isLight(paper) ? (sample) => 1 - sample / 255 : (sample) => sample / 255
}

/** Puts the image into the middle of a sheet of its paper. */
function pad(image: Samples, { width, height, channels }: ImageSpec, paper: readonly number[]): Float32Array {
  if (image.width === width && image.height === height) return image.data
  const sheet = new Float32Array(width * height * channels)
  for (let i = 0; i < sheet.length; i++) sheet[i] = paper[i % channels] ?? 0
  const left = Math.floor((width - image.width) / 2)
  const top = Math.floor((height - image.height) / 2)
  const row = image.width * channels
  for (let y = 0; y < image.height; y++) {
    sheet.set(image.data.subarray(y * row, (y + 1) * row), ((top + y) * width + left) * channels)
  }
  return sheet
}

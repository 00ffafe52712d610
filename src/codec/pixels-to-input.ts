/** The part after the decoders, which all formats share: one size, one idea of paper and ink. */
import type { InputSpec } from '../model/artifact.js'
import { isLight, paperOf, strongestInk } from './paper.js'
import { type Pixels, toSamples } from './pixels.js'
import { type Resampled, resample } from './resample.js'

export type ImageSpec = Extract<InputSpec, { kind: 'image' }>

/** [height, width, channels], 0 to 1. */
export function pixelsToInput(pixels: Pixels, spec: ImageSpec): Float32Array {
  const image = toSamples(pixels, spec.channels)
  const paper = paperOf(image)
  const scale = Math.min(spec.width / image.width, spec.height / image.height)
  const width = Math.max(1, Math.round(image.width * scale))
  const height = Math.max(1, Math.round(image.height * scale))
  const framed = pad(resample(image, width, height), spec, paper)
  if (spec.polarity === 'asis') scaleAsIs(framed)
  else if (spec.channels === 1) scaleToInk(framed, paper[0] ?? 255, strongestInk(image, paper[0] ?? 255))
  else if (isLight(paper)) scaleTurned(framed)
  else scaleAsIs(framed)
  return framed
}

// Weights in 32 bits sum to 1 but for the last bit or two: clamped, a tensor is in 0..1 whatever came in.

function scaleAsIs(samples: Float32Array): void {
  for (let i = 0; i < samples.length; i++) samples[i] = clamp((samples[i] ?? 0) / 255)
}

/** Colours on light paper, turned over. */
function scaleTurned(samples: Float32Array): void {
  for (let i = 0; i < samples.length; i++) samples[i] = clamp(1 - (samples[i] ?? 0) / 255)
}

/**
 * How much ink a grey sample shows: 0 is the paper, 1 is what differs most from it in the whole image, darker or lighter. So
 * grey paper and weak ink look like black on white, and black on white stays what it is.
 */
function scaleToInk(samples: Float32Array, paper: number, strongest: number): void {
  for (let i = 0; i < samples.length; i++) samples[i] = clamp(Math.abs((samples[i] ?? 0) - paper) / strongest)
}

function clamp(level: number): number {
  return level < 0 ? 0 : level > 1 ? 1 : level
}

/** Puts the image into the middle of a sheet of its paper. */
function pad(image: Resampled, { width, height, channels }: ImageSpec, paper: readonly number[]): Float32Array {
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

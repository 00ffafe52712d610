/** From an image file to a model's input. Serving and training both come through here, so they see the same numbers. */
import { decodeAnyImage } from './any-image.js'
import { CodecError } from './codec-error.js'
import { imageFormat, notAnImage } from './image-format.js'
import { PixelBudget } from './pixel-budget.js'
import { type ImageSpec, pixelsToInput } from './pixels-to-input.js'
import { decodeSmallPng, type SmallPng, smallPng } from './small-png.js'
import { stripPng } from './strip-png.js'

export type { ImageSpec }

/**
 * The pixels as [height, width, channels] numbers of 0 to 1, fitted into the model's size without changing the image's
 * proportions and padded with its paper. Throws CodecError for what is no image, damaged, or has more than `maxPixels`.
 */
export async function decodeImage(bytes: Uint8Array, spec: ImageSpec, maxPixels: number): Promise<Float32Array> {
  return decodeWithin(bytes, spec, new PixelBudget(maxPixels, Number.POSITIVE_INFINITY))
}

/** As decodeImage, for one of several images whose pixels count together. */
export async function decodeWithin(bytes: Uint8Array, spec: ImageSpec, budget: PixelBudget): Promise<Float32Array> {
  const format = imageFormat(bytes)
  if (format === undefined) throw new CodecError(notAnImage)
  const small = format === 'png' ? smallPng(bytes) : undefined
  if (small) {
    budget.take(small.width, small.height)
    const input = decodeSmall(small, spec)
    if (input) return input
    budget.count(-small.width * small.height)
  }
  const telling = format === 'png' ? stripPng(bytes) : bytes
  return pixelsToInput(await decodeAnyImage(telling, spec, budget), spec)
}

/** Without waiting; undefined where sharp has to say what is wrong with the file. Takes nothing from a budget. */
export function decodeSmall(png: SmallPng, spec: ImageSpec): Float32Array | undefined {
  const pixels = decodeSmallPng(png)
  return pixels && pixelsToInput(pixels, spec)
}

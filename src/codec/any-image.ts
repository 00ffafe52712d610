/** Every format and size that is taken, through sharp. */
import sharp from 'sharp'
import { CodecError } from './codec-error.js'
import type { Pixels } from './pixels.js'

// Every request brings other bytes: a cache of operations would hold memory and never help.
sharp.cache(false)

/**
 * A side longer than this is brought down to it by sharp, in its threads, so that a photograph of many megapixels does
 * not occupy the event loop; our own resampler takes it from there.
 */
const longestSide = 1024

/**
 * First frame or page, upright as its EXIF orientation says, in sRGB, always RGBA.
 * Throws CodecError for an image with more than `maxPixels` pixels, told before any is decoded, and for a damaged one.
 */
export async function decodeAnyImage(bytes: Uint8Array, maxPixels: number): Promise<Pixels> {
  // `error`: warnings, as many cameras' files give, are let pass; what is cut short is not.
  const image = sharp(bytes, { limitInputPixels: maxPixels, failOn: 'error' })
  const explain = (error: unknown): never => {
    throw isLimit(error) ? tooLarge(maxPixels) : damaged(error)
  }
  const size = await image.metadata().catch(explain)
  if (Math.max(size.width, size.height) > longestSide) {
    image.resize(longestSide, longestSide, { fit: 'inside', kernel: 'linear' })
  }
  const { data, info } = await image
    .autoOrient()
    .toColourspace('srgb')
    .ensureAlpha()
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true })
    .catch(explain)
  return { width: info.width, height: info.height, channels: 4, data }
}

export function tooLarge(maxPixels: number): CodecError {
  return new CodecError(`The image has more than ${maxPixels} pixels; send a smaller one.`)
}

/** The decoder's own message names its internals, which say nothing to the sender. */
function damaged(cause: unknown): CodecError {
  return new CodecError('The image is damaged or cut short; send the whole file.', { cause })
}

function isLimit(error: unknown): boolean {
  return error instanceof Error && error.message.includes('pixel limit')
}

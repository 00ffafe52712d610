/** Every format and size that is taken, through sharp. */
import sharp from 'sharp'
import { CodecError } from './codec-error.js'
import type { PixelBudget } from './pixel-budget.js'
import type { Pixels } from './pixels.js'
import type { ImageSpec } from './pixels-to-input.js'

// Every request brings other bytes: a cache of operations would hold memory and never help.
sharp.cache(false)

/**
 * A side longer than this many times the model's is brought down to it by sharp, in its threads; our own resampler takes
 * it from there, in a millisecond or two. The fewer times, the more the answer depends on sharp's way of shrinking.
 */
const timesTheModel = 8

/**
 * First frame or page, upright as its EXIF orientation says, in sRGB, always RGBA. Throws CodecError for a damaged image
 * and for one with more pixels than the budget has, which its header tells before any is decoded.
 */
export async function decodeAnyImage(bytes: Uint8Array, spec: ImageSpec, budget: PixelBudget): Promise<Pixels> {
  // `error`: warnings, as many cameras' files give, are let pass; what is cut short is not.
  const image = sharp(bytes, { limitInputPixels: false, failOn: 'error' })
  const size = await image.metadata().catch(refuse)
  budget.take(size.width, size.height)
  const longest = timesTheModel * Math.max(spec.width, spec.height)
  if (Math.max(size.width, size.height) > longest) {
    image.resize(longest, longest, { fit: 'inside', kernel: 'linear' })
  }
  const { data, info } = await image
    .autoOrient()
    .toColourspace('srgb')
    .ensureAlpha()
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true })
    .catch(refuse)
  return { width: info.width, height: info.height, channels: 4, data }
}

/** The decoder's own message names its internals, which say nothing to the sender. */
function refuse(cause: unknown): never {
  throw new CodecError('The image is damaged or cut short; send the whole file.', { cause })
}

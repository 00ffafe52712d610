/** Every format and size that is taken, through sharp. */
import sharp, { type Sharp } from 'sharp'
import { CodecError } from './codec-error.js'
import { imageFormat } from './image-format.js'
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
  const { width, height } = await open(bytes, 'error').metadata().catch(refuse)
  budget.take(width, height)
  const longest = timesTheModel * Math.max(spec.width, spec.height)
  const most = Math.max(width, height) > longest ? longest : undefined
  if (imageFormat(bytes) !== 'jpeg') return render(open(bytes, 'error'), most).catch(refuse)
  // A JPEG that ends before its pixels do is only warned of; so is much that cameras write and that does no harm.
  return render(open(bytes, 'warning'), most).catch((error: unknown) =>
    String(error).includes('premature end') ? refuse(error) : render(open(bytes, 'error'), most).catch(refuse),
  )
}

/** The budget has the pixels counted, so that sharp need not. */
function open(bytes: Uint8Array, failOn: 'error' | 'warning'): Sharp {
  return sharp(bytes, { limitInputPixels: false, failOn })
}

/** `longest`: of a side; undefined: as it is. */
async function render(image: Sharp, longest: number | undefined): Promise<Pixels> {
  if (longest !== undefined) image.resize(longest, longest, { fit: 'inside', kernel: 'linear' })
  const { data, info } = await image
    .autoOrient()
    .toColourspace('srgb')
    .ensureAlpha()
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true })
  return { width: info.width, height: info.height, channels: 4, data }
}

/** The decoder's own message names its internals, which say nothing to the sender. */
function refuse(cause: unknown): never {
  throw new CodecError('The image is damaged or cut short; send the whole file.', { cause })
}

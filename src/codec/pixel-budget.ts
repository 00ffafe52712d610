/** How many pixels the images of one request may have, each and together; asked before any of them is decoded. */
import { CodecError } from './codec-error.js'

export class PixelBudget {
  private taken = 0

  constructor(
    readonly perImage: number,
    private readonly together: number,
  ) {}

  /** Pixels of the images so far. */
  get used(): number {
    return this.taken
  }

  /** Below 0 where images that were decoded at the same time took more than there was. */
  get left(): number {
    return this.together - this.taken
  }

  /** Throws CodecError. */
  take(width: number, height: number): void {
    const pixels = width * height
    if (pixels > this.perImage) {
      throw new CodecError(`The image has more than ${this.perImage} pixels; send a smaller one.`)
    }
    if (pixels > this.left) {
      throw new CodecError('The images of this request have too many pixels together; send fewer or smaller ones.')
    }
    this.taken += pixels
  }

  /** Pixels that were taken from a part of this budget; negative: not taken after all. */
  count(pixels: number): void {
    this.taken += pixels
  }
}

/** The inputs of a request to arrays: a few small drawings here and at once, everything that takes longer in threads. */
import { CodecError } from '../../codec/codec-error.js'
import { decodeSmall } from '../../codec/decode-image.js'
import type { EncodedInput } from '../../codec/encoded-input.js'
import { PixelBudget } from '../../codec/pixel-budget.js'
import type { ImageSpec } from '../../codec/pixels-to-input.js'
import { smallPng, smallPngPixels } from '../../codec/small-png.js'
import { type InputSpec, takesValues, valuesToInput } from '../../codec/values-to-input.js'
import { FaultList } from './fault-list.js'
import type { ReadingLimits } from './limits.js'
import type { Decoded, DecodeTask } from './reader-task.js'

/** Where the inputs stand in the request: /inputs/0 or /examples/0/input. */
export type InputsOf = 'inputs' | 'examples'

/** What this thread decodes of one request, two milliseconds' work or so. */
const mostImagesHere = 4
const mostPixelsHere = 2 ** 17

/** Small drawings that a thread decodes in one go. */
const groupSize = 16

/** Of one request at the same time: the system's threads, which the store needs too, are there for all. */
const tasksAtATime = 2

/** An input of the model, or what is wrong with what was sent. */
type Outcome = Float32Array | string

/** An image file and its place among the inputs. */
interface Placed {
  readonly index: number
  readonly image: Uint8Array
  /** Pixels of what seems to be a small PNG; undefined for all else. */
  readonly pixels: number | undefined
}

/** Has a thread decode images. */
export type Delegate = (task: DecodeTask) => Promise<Decoded>

/** Throws HttpError `invalid-request`, and the signal's reason. */
export async function decodeInputs(
  inputs: readonly EncodedInput[],
  of: InputsOf,
  spec: InputSpec,
  limits: ReadingLimits,
  delegate: Delegate,
  signal: AbortSignal,
): Promise<Float32Array[]> {
  signal.throwIfAborted()
  const outcomes: (Outcome | undefined)[] = new Array(inputs.length)
  const images: Placed[] = []
  inputs.forEach((input, index) => {
    if ('values' in input) outcomes[index] = attempt(() => valuesToInput(input.values, spec))
    else if (spec.kind === 'values') outcomes[index] = takesValues(spec)
    else images.push({ index, image: input.image, pixels: smallPngPixels(input.image) })
  })
  if (spec.kind === 'image' && !outcomes.some(isFault)) {
    const budget = new PixelBudget(limits.imagePixels, limits.requestPixels)
    const left = areFew(images) ? decodeHere(images, spec, budget, outcomes) : images
    if (left.length > 0) await decodeThere(left, spec, budget, delegate, outcomes)
  }
  return inOrder(outcomes, inputs, of)
}

function areFew(images: readonly Placed[]): boolean {
  if (images.length > mostImagesHere) return false
  let pixels = 0
  for (const image of images) pixels += image.pixels ?? Number.POSITIVE_INFINITY
  return pixels <= mostPixelsHere
}

/** Returns those that turned out not to be small drawings, or damaged, which sharp has to look at. */
function decodeHere(
  images: readonly Placed[],
  spec: ImageSpec,
  budget: PixelBudget,
  outcomes: (Outcome | undefined)[],
): Placed[] {
  return images.filter((placed) => {
    const png = smallPng(placed.image)
    const input = png && decodeSmall(png, spec)
    if (!input) return true
    outcomes[placed.index] = attempt(() => {
      budget.take(png.width, png.height)
      return input
    })
    return false
  })
}

/** Begins no more once there is a fault. */
async function decodeThere(
  images: readonly Placed[],
  spec: ImageSpec,
  budget: PixelBudget,
  delegate: Delegate,
  outcomes: (Outcome | undefined)[],
): Promise<void> {
  const groups = inGroups(images)
  const decodeGroup = async (group: readonly Placed[]): Promise<void> => {
    const files = group.map(({ image }) => image)
    const { perImage, left } = budget
    const decoded = await delegate({ kind: 'decode', images: files, spec, imagePixels: perImage, pixelsLeft: left })
    budget.count(decoded.pixels)
    group.forEach(({ index }, i) => {
      outcomes[index] = decoded.outcomes[i]
    })
    if (decoded.outcomes.some(isFault)) groups.length = 0
  }
  const work = async (): Promise<void> => {
    try {
      for (let group = groups.shift(); group; group = groups.shift()) await decodeGroup(group)
    } finally {
      groups.length = 0
    }
  }
  await Promise.all(Array.from({ length: tasksAtATime }, work))
}

/** Small drawings that stand together; all other files by themselves. */
function inGroups(images: readonly Placed[]): Placed[][] {
  const groups: Placed[][] = []
  let open: Placed[] | undefined
  for (const placed of images) {
    if (open && placed.pixels !== undefined && open.length < groupSize) open.push(placed)
    else {
      groups.push([placed])
      open = placed.pixels === undefined ? undefined : groups.at(-1)
    }
  }
  return groups
}

/** All inputs, or HttpError with the faults of those that have one. */
function inOrder(
  outcomes: readonly (Outcome | undefined)[],
  inputs: readonly EncodedInput[],
  of: InputsOf,
): Float32Array[] {
  const faults = new FaultList()
  const arrays = inputs.flatMap((input, i) => {
    const outcome = outcomes[i]
    const path = of === 'inputs' ? ['inputs', i] : ['examples', i, 'input']
    if (isFault(outcome)) faults.add([...path, 'image' in input ? 'image' : 'values'], outcome)
    return typeof outcome === 'object' ? [outcome] : []
  })
  return faults.pass(arrays)
}

function isFault(outcome: Outcome | undefined): outcome is string {
  return typeof outcome === 'string'
}

function attempt(read: () => Float32Array): Outcome {
  try {
    return read()
  } catch (error) {
    if (error instanceof CodecError) return error.message
    throw error
  }
}

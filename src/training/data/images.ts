/** Folders of images of any depth as a data set; Omniglot's official archives unpacked work as they are. */
import type { ImageSpec } from '../../codec/decode-image.js'
import type { DataSettings } from '../settings.js'
import { TrainingError } from '../training-error.js'
import { classDataSet } from './class-data-set.js'
import type { DataSet } from './data-set.js'
import { findImageClasses } from './image-files.js'
import { InputCache } from './input-cache.js'
import { withLook } from './looks.js'
import { split } from './split.js'

/** Throws TrainingError for a folder that cannot be read or holds too few classes. */
export async function openImages(
  { path, image, look, split: { validation }, augmentation }: Extract<DataSettings, { kind: 'images' }>,
  seed: number,
): Promise<DataSet> {
  const spec: ImageSpec = { kind: 'image', ...image }
  const classes = await findImageClasses(path, spec, new InputCache())
  if (classes.length < 2) {
    throw new TrainingError(
      `The data folder ${path} holds ${classes.length} classes: at least 2 folders with images in them are needed.`,
    )
  }
  return classDataSet(
    spec,
    split(withLook(classes, look, spec), validation, seed, 'classes', 2),
    augmentation,
    'images',
  )
}

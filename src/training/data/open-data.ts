/** Opens the data that the settings name. */
import type { InputSpec } from '../../model/artifact.js'
import type { DataSettings } from '../settings.js'
import { openCsv } from './csv.js'
import type { DataSet } from './data-set.js'
import { inventGlyphs } from './glyphs.js'
import { openImages } from './images.js'
import { openMiniImageNet } from './mini-imagenet.js'
import { openRegressionCsv } from './regression-csv.js'
import { sineWaves } from './sine.js'

/**
 * The same seed divides the same data alike. A table is scaled as a model's input that is `known` says, where it says anything. Images are decoded when they are drawn: that is when one that is damaged is
 * found. Throws TrainingError for data that cannot be read or do not suffice.
 */
export async function openData(settings: DataSettings, seed: number, known?: InputSpec): Promise<DataSet> {
  const features = known?.kind === 'values' ? known.features : undefined
  switch (settings.kind) {
    case 'images':
      return openImages(settings, seed)
    case 'mini-imagenet':
      return openMiniImageNet(settings)
    case 'csv':
      return openCsv(settings, seed, features)
    case 'regression-csv':
      return openRegressionCsv(settings, seed, features)
    case 'sine':
      return sineWaves()
    case 'glyphs':
      return inventGlyphs(settings, seed)
  }
}

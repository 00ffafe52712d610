/** Writes a model artifact: model.json, and the weights with their checksum. */
import { createHash } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Artifact, Model } from './artifact.js'
import { replaceFile } from './replace-file.js'
import { writeSafetensors } from './safetensors.js'

const WEIGHTS_FILE = 'weights.safetensors'

/** Replaces the artifact in `directory`: first the weights, then model.json with their checksum, each file atomically. */
export async function saveModel(
  directory: string,
  description: Omit<Artifact, 'weights'>,
  tensors: Model['tensors'],
): Promise<void> {
  const bytes = writeSafetensors(tensors)
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  const artifact: Artifact = { ...description, weights: { file: WEIGHTS_FILE, sha256 } }
  await mkdir(directory, { recursive: true })
  await replaceFile(join(directory, WEIGHTS_FILE), bytes)
  await replaceFile(join(directory, 'model.json'), `${JSON.stringify(artifact, null, 2)}\n`)
}

/** Reads and verifies a model artifact: a folder with model.json and the weights it names. */
import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { z } from 'zod'
import { type Artifact, artifactSchema, type Model, type NamedShape } from './artifact.js'
import { readSafetensors } from './safetensors.js'

/** An artifact that cannot be served; the message is one sentence that names the file and says what to do. */
export class ModelError extends Error {
  override readonly name = 'ModelError'
}

/** What the weights must have: given by the learner, which knows what the layers need. */
export type ExpectedTensors = (artifact: Artifact) => readonly NamedShape[]

/** All models in the folders below `directory`, by name. */
export async function loadModels(directory: string, expected: ExpectedTensors): Promise<Map<string, Model>> {
  const entries = await readdir(directory, { withFileTypes: true }).catch(() => {
    throw new ModelError(
      `The models folder ${resolve(directory)} cannot be read: set MODELS_DIR to the folder that holds the models.`,
    )
  })
  const folders = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name)
  const models = new Map<string, Model>()
  for (const folder of folders.sort()) models.set(folder, await loadModel(join(directory, folder), expected))
  if (models.size === 0)
    throw new ModelError(
      `The models folder ${resolve(directory)} holds no model: put one folder a model there, with model.json and its weights.`,
    )
  return models
}

/** Throws ModelError where a file is missing, damaged, or not what model.json says. */
export async function loadModel(directory: string, expected: ExpectedTensors): Promise<Model> {
  const file = join(directory, 'model.json')
  const json = await read(file)
  const artifact = parseArtifact(file, json)
  if (artifact.name !== basename(resolve(directory)))
    throw new ModelError(
      `${file} is named ${artifact.name} but lies in the folder ${basename(resolve(directory))}: rename one of them.`,
    )
  if (basename(artifact.weights.file) !== artifact.weights.file)
    throw new ModelError(`${file} names weights outside its own folder: put the weights beside it.`)
  const weightsFile = join(directory, artifact.weights.file)
  const bytes = await read(weightsFile)
  const checksum = createHash('sha256').update(bytes).digest('hex')
  if (checksum !== artifact.weights.sha256) {
    throw new ModelError(
      `${weightsFile} has the checksum ${checksum}, but ${file} says ${artifact.weights.sha256}: the file is damaged or of another version, fetch it again.`,
    )
  }
  const tensors = parseWeights(weightsFile, bytes)
  for (const { name, shape, sign } of expectedOf(file, artifact, expected)) {
    const tensor = tensors.get(name)
    if (!tensor)
      throw new ModelError(`${weightsFile} has no tensor ${name} [${shape}], which the layers in ${file} need.`)
    if (tensor.shape.join() !== shape.join())
      throw new ModelError(
        `${weightsFile} has ${name} as [${tensor.shape}], but the layers in ${file} need [${shape}].`,
      )
    if (!tensor.data.every(Number.isFinite))
      throw new ModelError(`${weightsFile} has numbers in ${name} that are not finite: fetch it or train it again.`)
    if (sign && !tensor.data.every((value) => value > 0 || (value === 0 && sign === 'not negative')))
      throw new ModelError(
        `${weightsFile} has numbers in ${name} that are not ${sign === 'positive' ? 'above 0' : '0 or more'}: fetch it or train it again.`,
      )
  }
  const digest = createHash('sha256').update(json).update(bytes).digest('hex')
  return { artifact, digest, tensors }
}

async function read(file: string): Promise<Uint8Array> {
  return readFile(file).catch((error: NodeJS.ErrnoException) => {
    throw new ModelError(
      `${file} cannot be read (${error.code ?? error.message}): a model is a folder with model.json and its weights.`,
    )
  })
}

function parseArtifact(file: string, json: Uint8Array): Artifact {
  let parsed: unknown
  try {
    parsed = JSON.parse(new TextDecoder().decode(json))
  } catch (error) {
    throw new ModelError(
      `${file} is not JSON: ${String(error instanceof Error ? error.message : error).replaceAll(/\s+/g, ' ')}.`,
    )
  }
  const result = artifactSchema.safeParse(parsed)
  if (!result.success)
    throw new ModelError(
      `${file} is not a valid model description: ${z.prettifyError(result.error).replaceAll(/\s+/g, ' ')}.`,
    )
  return result.data
}

function parseWeights(file: string, bytes: Uint8Array): Model['tensors'] {
  try {
    return readSafetensors(bytes)
  } catch (error) {
    throw new ModelError(
      `${file} is no weights file that can be read: ${error instanceof Error ? error.message : error}.`,
    )
  }
}

function expectedOf(file: string, artifact: Artifact, expected: ExpectedTensors): ReturnType<ExpectedTensors> {
  try {
    return expected(artifact)
  } catch (error) {
    throw new ModelError(
      `${file} describes a network that cannot be: ${error instanceof Error ? error.message : error}.`,
    )
  }
}

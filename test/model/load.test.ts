/** Artifacts on disk: what is saved is loaded again, and what cannot be served ends in one sentence naming the file. */
import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { expectedTensors } from '../../src/learner/initialization.js'
import type { Artifact, Model } from '../../src/model/artifact.js'
import { loadModel, loadModels, ModelError } from '../../src/model/load.js'
import { writeSafetensors } from '../../src/model/safetensors.js'
import { saveModel } from '../../src/model/save.js'
import { expectSameBits } from '../learner/closeness.js'
import { classifier, modelOf, optimizers, regressor } from '../learner/small-models.js'

const model = modelOf(classifier({ head: { kind: 'shared' }, optimizer: optimizers['adam, beta1 0, moments carried'] }))

let root: string
let folder: string
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'reptile-models-'))
  folder = join(root, 'small')
})
afterEach(() => rm(root, { recursive: true }))

async function save({ artifact, tensors }: Model, to = folder): Promise<void> {
  const { weights: _weights, ...description } = artifact
  await saveModel(to, description, tensors)
}

/** Changes the saved model.json. */
async function change(edit: (artifact: Artifact) => object): Promise<void> {
  const file = join(folder, 'model.json')
  const artifact = JSON.parse(await readFile(file, 'utf8')) as Artifact
  await writeFile(file, JSON.stringify(edit(artifact)))
}

/** Replaces the saved weights, with the checksum that is theirs. */
async function replaceWeights(bytes: Uint8Array): Promise<void> {
  await writeFile(join(folder, 'weights.safetensors'), bytes)
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  await change((artifact) => ({ ...artifact, weights: { ...artifact.weights, sha256 } }))
}

/** The saved tensors with one of them changed, or taken away. */
function withTensor(name: string, tensor: { shape: number[]; data: Float32Array } | undefined): Uint8Array {
  const tensors = new Map(model.tensors)
  if (tensor) tensors.set(name, tensor)
  else tensors.delete(name)
  return writeSafetensors(tensors)
}

describe('a model that was saved', () => {
  test.each([
    ['classifier', model],
    ['regression', modelOf(regressor())],
  ])('is loaded with the same bits: %s', async (_kind, saved) => {
    await save(saved)
    const loaded = await loadModel(folder, expectedTensors)
    expect({ ...loaded.artifact, weights: undefined }).toEqual({ ...saved.artifact, weights: undefined })
    expect([...loaded.tensors.keys()].sort()).toEqual([...saved.tensors.keys()].sort())
    for (const [name, { shape, data }] of saved.tensors) {
      expect(loaded.tensors.get(name)?.shape).toEqual(shape)
      expectSameBits(loaded.tensors.get(name)?.data ?? [], data)
    }
  })

  test('is replaced as a whole, and nothing is left lying about', async () => {
    await save(model)
    await save(modelOf(regressor()))
    expect((await loadModel(folder, expectedTensors)).artifact.task).toBe('regression')
    expect((await readdir(folder)).sort()).toEqual(['model.json', 'weights.safetensors'])
  })

  test('has a digest that names its weights and its description', async () => {
    const digests = new Set<string>()
    for (const one of [
      model,
      modelOf(model.artifact, 2),
      { ...model, artifact: { ...model.artifact, description: 'another' } },
    ]) {
      await save(one)
      digests.add((await loadModel(folder, expectedTensors)).digest)
    }
    await save(model)
    digests.add((await loadModel(folder, expectedTensors)).digest)
    expect(digests.size).toBe(3)
  })

  test('is found by its name, and files beside the folders are passed over', async () => {
    await save(model)
    await save({ ...model, artifact: { ...model.artifact, name: 'another' } }, join(root, 'another'))
    await writeFile(join(root, 'notes.txt'), '')
    expect([...(await loadModels(root, expectedTensors)).keys()]).toEqual(['another', 'small'])
  })
})

interface Damage {
  readonly name: string
  readonly damage: () => Promise<void>
  readonly file: 'model.json' | 'weights.safetensors'
  readonly says: RegExp
}

const damages: readonly Damage[] = [
  {
    name: 'no model.json',
    damage: () => rm(join(folder, 'model.json')),
    file: 'model.json',
    says: /cannot be read \(ENOENT\)/,
  },
  {
    name: 'no weights',
    damage: () => rm(join(folder, 'weights.safetensors')),
    file: 'weights.safetensors',
    says: /cannot be read \(ENOENT\)/,
  },
  {
    name: 'a model.json that is no JSON',
    damage: () => writeFile(join(folder, 'model.json'), '<html>\n<body>\n'),
    file: 'model.json',
    says: /is not JSON/,
  },
  {
    name: 'a model.json that is cut off',
    damage: () => writeFile(join(folder, 'model.json'), '{\n  "formatVersion"'),
    file: 'model.json',
    says: /is not JSON/,
  },
  {
    name: 'an empty model.json',
    damage: () => writeFile(join(folder, 'model.json'), ''),
    file: 'model.json',
    says: /is not JSON/,
  },
  {
    name: 'an unknown key',
    damage: () => change((artifact) => ({ ...artifact, colour: 'green' })),
    file: 'model.json',
    says: /not a valid model description.*colour/,
  },
  {
    name: 'a missing key',
    damage: () => change(({ task: _task, ...rest }) => rest),
    file: 'model.json',
    says: /not a valid model description.*task/,
  },
  {
    name: 'a layer of no known type',
    damage: () => change((artifact) => ({ ...artifact, layers: [{ type: 'attention' }] })),
    file: 'model.json',
    says: /not a valid model description.*layers\[0\]/,
  },
  {
    name: 'a format of the future',
    damage: () => change((artifact) => ({ ...artifact, formatVersion: 2 })),
    file: 'model.json',
    says: /not a valid model description.*formatVersion/,
  },
  {
    name: 'a name that is not the folder',
    damage: () => change((artifact) => ({ ...artifact, name: 'other' })),
    file: 'model.json',
    says: /is named other but lies in the folder small/,
  },
  {
    name: 'weights of another folder',
    damage: () => change((artifact) => ({ ...artifact, weights: { ...artifact.weights, file: '../weights' } })),
    file: 'model.json',
    says: /names weights outside its own folder/,
  },
  {
    name: 'layers that do not fit into the image',
    damage: () => change((artifact) => ({ ...artifact, layers: [{ type: 'maxPool', size: 9, stride: 1 }] })),
    file: 'model.json',
    says: /layer 0 \(maxPool\) does not fit into 8 x 8/,
  },
  {
    name: 'a wrong checksum',
    damage: () => writeFile(join(folder, 'weights.safetensors'), withTensor('0.weight', undefined)),
    file: 'weights.safetensors',
    says: /has the checksum [0-9a-f]{64}, but .*model\.json says [0-9a-f]{64}/,
  },
  {
    name: 'weights that cannot be read',
    damage: () => replaceWeights(new Uint8Array(4)),
    file: 'weights.safetensors',
    says: /is no weights file that can be read: it is cut off/,
  },
  {
    name: 'a tensor that is missing',
    damage: () => replaceWeights(withTensor('0.weight', undefined)),
    file: 'weights.safetensors',
    says: /has no tensor 0\.weight \[3,3,1,4\]/,
  },
  {
    name: 'a second moment that is missing',
    damage: () => replaceWeights(withTensor('secondMoment.head.weight', undefined)),
    file: 'weights.safetensors',
    says: /has no tensor secondMoment\.head\.weight \[20\]/,
  },
  {
    name: 'a tensor of another shape',
    damage: () => replaceWeights(withTensor('1.scale', { shape: [2, 2], data: new Float32Array(4) })),
    file: 'weights.safetensors',
    says: /has 1\.scale as \[2,2\], but the layers in .*model\.json need \[4\]/,
  },
  {
    name: 'weights that are NaN',
    damage: () => replaceWeights(withTensor('1.scale', { shape: [4], data: Float32Array.of(1, 1, Number.NaN, 1) })),
    file: 'weights.safetensors',
    says: /numbers in 1\.scale that are not finite/,
  },
  {
    name: 'second moments below 0',
    damage: () =>
      replaceWeights(withTensor('secondMoment.1.scale', { shape: [4], data: Float32Array.of(1, 0, -1e-9, 1) })),
    file: 'weights.safetensors',
    says: /numbers in secondMoment\.1\.scale that are not 0 or more: fetch it or train it again\.$/,
  },
  {
    name: 'weights that are infinite',
    damage: () => replaceWeights(withTensor('1.shift', { shape: [4], data: new Float32Array(4).fill(-Infinity) })),
    file: 'weights.safetensors',
    says: /numbers in 1\.shift that are not finite/,
  },
]

describe('what cannot be served is told in one sentence that names the file', () => {
  beforeEach(() => save(model))

  test.each(damages)('$name', async ({ damage, file, says }) => {
    await damage()
    const error = await loadModel(folder, expectedTensors).then(
      () => undefined,
      (reason: unknown) => reason,
    )
    expect(error).toBeInstanceOf(ModelError)
    expect(error).toMatchObject({ message: expect.stringMatching(says) })
    expect(error).toMatchObject({ message: expect.stringContaining(join(folder, file)) })
    expect(error).toMatchObject({ message: expect.stringMatching(/^[^\n]+\.$/) })
  })

  test.each<[string, (artifact: Artifact) => object]>([
    ['a classifier without a head', ({ head: _head, ...rest }) => rest],
    [
      'a classifier for no classes',
      (artifact) => ({
        ...artifact,
        innerLoop: { ...artifact.innerLoop, widths: [{ classes: 0, batch: 4, steps: 1, learningRate: 1 }] },
      }),
    ],
    [
      'class widths that do not grow',
      (artifact) => ({
        ...artifact,
        innerLoop: {
          ...artifact.innerLoop,
          widths: [20, 5].map((classes) => ({ classes, batch: 4, steps: 1, learningRate: 1 })),
        },
      }),
    ],
  ])('%s', async (_name, edit) => {
    await change(edit)
    await expect(loadModel(folder, expectedTensors)).rejects.toThrow(ModelError)
  })

  test.each([
    ['a folder that is not there', () => join(root, 'nowhere'), /models folder .*nowhere cannot be read/],
    ['a folder without models', () => join(root, 'empty'), /models folder .*empty holds no model/],
  ])('%s', async (_name, directory, says) => {
    await mkdir(join(root, 'empty'))
    await expect(loadModels(directory(), expectedTensors)).rejects.toThrow(ModelError)
    await expect(loadModels(directory(), expectedTensors)).rejects.toThrow(says)
  })

  test('a bad one among good ones', async () => {
    await mkdir(join(root, 'broken'))
    await expect(loadModels(root, expectedTensors)).rejects.toThrow(join(root, 'broken', 'model.json'))
  })
})

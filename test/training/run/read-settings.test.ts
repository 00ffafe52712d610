import { describe, expect, test } from 'vitest'
import { presets } from '../../../src/training/presets.js'
import { differences, settingsHash } from '../../../src/training/run/fingerprint.js'
import {
  assignment,
  checkedSettings,
  merged,
  nested,
  parseJson,
  type SettingsPart,
} from '../../../src/training/run/read-settings.js'

const glyphs: SettingsPart = { ...presets.glyphs?.settings }
const over = (...texts: string[]) => checkedSettings(merged(glyphs, texts.map(assignment).reduce(merged, {})))

describe('presets', () => {
  test.each(Object.entries(presets))('%s is whole, once the data have a path', (_, { settings }) => {
    const needsPath = ['images', 'mini-imagenet', 'csv', 'regression-csv'].includes(settings.data.kind)
    expect(() => checkedSettings(merged({ ...settings }, needsPath ? nested('data.path', 'there') : {}))).not.toThrow()
  })
})

describe('one thing over another', () => {
  test('changes what it names and leaves the rest', () => {
    expect(merged({ a: { b: 1, c: 2 }, d: [1, 2] }, { a: { b: 3 }, d: [4] })).toEqual({ a: { b: 3, c: 2 }, d: [4] })
    expect(over('meta.metaStep=0.5').meta).toMatchObject({ metaStep: 0.5, iterations: 1000 })
  })

  test('that is null takes away what was there', () => {
    const gaussian = 'model.head.gaussian={"shrinkage":3,"temper":0.5}'
    expect(over(gaussian).model.head).toEqual({
      kind: 'prototypes',
      scale: 0.3,
      gaussian: { shrinkage: 3, temper: 0.5 },
    })
    expect(over(gaussian, 'model.head.gaussian=null').model.head).toEqual({ kind: 'prototypes', scale: 0.3 })
    expect(over('model.head.gaussian=null').model.head).toEqual({ kind: 'prototypes', scale: 0.3 })
  })

  test('of another kind leaves nothing of the old kind', () => {
    expect(over('data.path=x', 'data.kind=images').data).toMatchObject({ kind: 'images', path: 'x' })
    // Whatever the order in which a path and a kind are given.
    expect(over('data.kind=images', 'data.path=x').data).toEqual(over('data.path=x', 'data.kind=images').data)
    expect(over('data.kind=images', 'data.path=x').data).not.toHaveProperty('classes')
    expect(over('meta.outer.type=adam', 'meta.outer.beta1=0.5').meta.outer).toMatchObject({ type: 'adam', beta1: 0.5 })
  })
})

describe('a fault is one sentence that names the setting', () => {
  test.each([
    [['meta.ways=200'], /meta\.ways \(200\): too big/],
    [['meta.stepss=3'], /meta: unrecognized key: stepss/],
    [['meta.learningRate=fast'], /meta\.learningRate \("fast"\): invalid input/],
    [['data.kind=foo'], /data\.kind \("foo"\): must be images, mini-imagenet, csv, regression-csv, sine or glyphs \(/],
    [['model.head={"kind":"prototype"}'], /model\.head\.kind \("prototype"\): must be prototypes or shared \(/],
    [['meta.algorithm.kind=maml'], /meta\.algorithm\.kind \("maml"\): must be reptile, fomaml or combination \(/],
    [['meta.outer.type=adamw'], /meta\.outer\.type \("adamw"\): must be sgd or adam \(/],
    [['meta.schedule=step'], /meta\.schedule \("step"\): must be constant, linear or cosine \(/],
    [['data.kind=images', 'data.path=x', 'data.image.channels=2'], /data\.image\.channels \(2\): must be 1 or 3 \(/],
    [['data.kind=images'], /where the data are: name .* with --data/],
    [['data.kind=sine'], /data of kind sine have no classes/],
    [['meta.ways=30'], /meta\.ways is 30, but the model's widest .* has 20 classes/],
    [['meta.ways=1'], /meta\.ways is 1: a classification needs at least 2/],
    [['meta.algorithm={"kind":"combination","weights":[1,1]}'], /2 weights for 5 inner steps/],
    [['data.split.validation=3'], /holds out 3 classes, too few/],
  ])('%s', (texts, sentence) => {
    expect(() => over(...texts)).toThrow(sentence)
    expect(() => over(...texts)).not.toThrow(/\n/)
  })

  test('of a file or an assignment that cannot be read', () => {
    expect(() => parseJson('{"a":', 'run.json')).toThrow(/^run\.json is not JSON/)
    expect(() => parseJson('[]', 'run.json')).toThrow(/holds no JSON object/)
    expect(() => assignment('meta.metaStep')).toThrow(/--set meta\.metaStep is no setting/)
  })
})

describe('the fingerprint of settings', () => {
  const base = over()
  test('depends on what decides the weights', () => {
    for (const text of ['meta.iterations=7', 'seed=2', 'data.classes=100', 'model.head.scale=0.1', 'meta.final=0.1'])
      expect(settingsHash(over(text))).not.toBe(settingsHash(base))
  })

  test('and on nothing else', () => {
    for (const text of ['model.name=other', 'model.description=x', 'checkpointSeconds=3', 'validation.every=7'])
      expect(settingsHash(over(text))).toBe(settingsHash(base))
    const images = (path: string) => settingsHash(over('data.kind=images', `data.path=${path}`))
    expect(images('here')).toBe(images('there'))
    const turned = Object.fromEntries(Object.entries(base).reverse())
    expect(settingsHash(checkedSettings(turned))).toBe(settingsHash(base))
  })

  test('differences are named', () => {
    expect(differences(over('meta.iterations=7'), base)).toEqual(['meta.iterations is 7 and was 1000'])
  })
})

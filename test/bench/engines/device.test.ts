/** What the benchmark `engines` says of the machine it finds. */
import { expect, test } from 'vitest'
import { findDevice } from '../../../bench/engines/device.js'
import { Unavailable } from '../../../bench/inner/contender.js'

const card = async () => 'a fast card'

test('without TensorFlow it cannot run, and says which command brings it', async () => {
  const reason = 'TensorFlow is not set up (npm run setup:tensorflow does that)'
  const found = findDevice(async () => ({ kind: 'missing', reason }), card)
  await expect(found).rejects.toThrow(Unavailable)
  await expect(found).rejects.toThrow('npm run setup:tensorflow')
})

test('a GPU that TensorFlow sees is what is measured, by its name', async () => {
  const device = await findDevice(async () => ({ kind: 'found', version: '2.21.0', gpu: true }), card)
  expect(device).toEqual({ kind: 'gpu', name: 'a fast card', version: '2.21.0' })
})

test('otherwise it is the processor', async () => {
  const device = await findDevice(async () => ({ kind: 'found', version: '2.21.0', gpu: false }), card)
  expect(device).toMatchObject({ kind: 'cpu', version: '2.21.0' })
  expect(device.name).not.toBe('a fast card')
})

/** The real TensorFlow, where `npm run setup:tensorflow` has brought it. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { PackageFolder } from '../../src/setup/package-folder.js'
import { verify } from '../../src/setup/verify.js'

const project = fileURLToPath(new URL('../..', import.meta.url))

test('computes a small graph', async (context) => {
  if (!existsSync(join(project, 'node_modules/@tensorflow/tfjs-node-gpu/deps/reptile-serve.json')))
    return context.skip('TensorFlow is not set up: npm run setup:tensorflow')
  const folder = PackageFolder.find(project)
  const { variant } = JSON.parse(readFileSync(join(folder.deps, 'reptile-serve.json'), 'utf8'))
  const signal = new AbortController().signal
  const said = await verify(folder, variant, { env: process.env, signal, say: () => {}, isWatched: false })
  expect(said[0]).toMatch(/^A small graph is computed: tensorflow 2\.\d+\.\d+, tfjs 4\.22\.0\.$/)
  expect(said[1]).toMatch(/^Devices: CPU/)
})

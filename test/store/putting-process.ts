/** Puts adaptations one after the other and prints each one that was acknowledged, until it is killed. */
import { writeSync } from 'node:fs'
import { LmdbStore } from '../../src/store/lmdb.js'
import { made } from './made.js'

const [folder = '', firstMark = '0'] = process.argv.slice(2)
const store = await LmdbStore.open(folder, () => 0)
for (let mark = Number(firstMark); ; mark++) {
  const id = `k${mark % 3}`
  const { info } = await store.put(made({ id, mark, weights: 20_000 }))
  writeSync(1, `${id} ${info.version} ${mark}\n`)
}

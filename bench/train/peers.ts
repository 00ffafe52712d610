/** PyTorch, as most would write the loop and tuned; each is one process for us, which may start others of its own. */
import { fileURLToPath } from 'node:url'
import type { Contender } from '../inner/contender.js'
import { Unavailable } from '../inner/contender.js'
import type { Skipped } from '../inner/measure.js'
import { PeerCrew } from '../inner/peer-crew.js'
import type { Variant } from '../inner/peers.js'
import { peerPython } from '../peers/venv.js'
import { settings } from './setting.js'

interface Peer {
  readonly file: string
  readonly variants: readonly Variant[]
  /** Of the one process that we start. */
  readonly threads: number
}

const ways: readonly (readonly [variant: string, how: string])[] = [
  ['fused', 'fused Adam'],
  ['channels-last-fused', 'channels_last, fused Adam'],
  ['compile', 'torch.compile'],
]

const tuned = (family: string, suffix: string): Variant[] =>
  ways.map(([variant, how]) => ({ variant: variant + suffix, name: `${family} (${how})`, family }))

const peersOn = (cores: number): readonly Peer[] => [
  {
    file: 'train_plain.py',
    variants: [{ variant: 'plain', name: 'PyTorch plain', family: 'PyTorch plain' }],
    threads: cores,
  },
  {
    file: 'train_tuned.py',
    variants: [...tuned('PyTorch tuned', ''), ...tuned('PyTorch tuned, odd task halved', '-halved')],
    threads: 1,
  },
]

export interface Peers {
  readonly crews: readonly PeerCrew[]
  readonly contenders: readonly Contender[]
  readonly skipped: readonly Skipped[]
}

/** `wanted`: variants by the beginning of their names; undefined: all. */
export async function startPeers(cores: number, wanted: readonly string[] | undefined): Promise<Peers> {
  const crews: PeerCrew[] = []
  const contenders: Contender[] = []
  const skipped: Skipped[] = []
  for (const { file, variants, threads } of peersOn(cores)) {
    const chosen = variants.filter(({ name }) => !wanted || wanted.some((start) => name.startsWith(start)))
    if (chosen.length === 0) continue
    try {
      const { tasksPerStep, steps, metaStep } = settings
      const script = fileURLToPath(new URL(`../peers/${file}`, import.meta.url))
      const options = JSON.stringify({ tasksPerStep, innerSteps: steps, metaStep, cores })
      const command = { command: await peerPython(), args: ['-B', script, options] }
      const crew = await PeerCrew.start(command, { name: 'latency', seats: 1, threads })
      crews.push(crew)
      contenders.push(...chosen.map((variant) => crew.contender(variant)))
    } catch (error) {
      if (!(error instanceof Unavailable)) throw error
      skipped.push(...chosen.map(({ name }) => ({ name, reason: error.message })))
    }
  }
  return { crews, contenders, skipped }
}

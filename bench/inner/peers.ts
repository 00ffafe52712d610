/** Whom we are measured against. */
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { peerPython } from '../peers/venv.js'
import type { PeerCommand } from './peer-process.js'

/** A way of writing the inner loop that the peer's process knows by the name `variant`. */
export interface Variant {
  readonly variant: string
  readonly name: string
  /** Variants of one family are alternatives: the fastest of them counts. */
  readonly family: string
}

export interface Peer {
  readonly name: string
  readonly variants: readonly Variant[]
  /** Throws Unavailable with the reason where the peer cannot be had. */
  command(): Promise<PeerCommand>
}

const pathOf = (file: string): string => fileURLToPath(new URL(`../peers/${file}`, import.meta.url))
const tuned = (variant: string, how: string): Variant => ({
  variant,
  name: `PyTorch tuned (${how})`,
  family: 'PyTorch tuned',
})
const single = (variant: string, name: string): Variant => ({ variant, name, family: name })

export const peers: readonly Peer[] = [
  {
    name: 'torch',
    variants: [
      single('eager', 'PyTorch eager'),
      tuned('channels-last', 'channels_last'),
      tuned('fused', 'fused Adam'),
      tuned('channels-last-fused', 'channels_last, fused Adam'),
      single('compile', 'torch.compile'),
    ],
    command: async () => ({ command: await peerPython(), args: ['-B', pathOf('torch_peer.py')] }),
  },
  {
    name: 'tfjs',
    variants: [single('eager', 'tfjs-node eager')],
    command: async () => {
      const tsx = createRequire(import.meta.url).resolve('tsx')
      return { command: process.execPath, args: ['--import', tsx, pathOf('tfjs.ts')] }
    },
  },
]

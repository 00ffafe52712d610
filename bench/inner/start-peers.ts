/** The peers of a run; what cannot be had is skipped, with the reason. */
import { type Contender, type Mode, Unavailable } from './contender.js'
import type { Skipped } from './measure.js'
import { PeerCrew } from './peer-crew.js'
import { peers } from './peers.js'

export interface Peers {
  readonly crews: readonly PeerCrew[]
  readonly contenders: readonly Contender[]
  readonly skipped: readonly Skipped[]
}

/** `wanted`: variants by the beginning of their names; undefined: all. */
export async function startPeers(mode: Mode, wanted: readonly string[] | undefined): Promise<Peers> {
  const crews: PeerCrew[] = []
  const contenders: Contender[] = []
  const skipped: Skipped[] = []
  for (const peer of peers) {
    const variants = peer.variants.filter(({ name }) => !wanted || wanted.some((start) => name.startsWith(start)))
    if (variants.length === 0) continue
    try {
      const crew = await PeerCrew.start(await peer.command(), mode)
      crews.push(crew)
      contenders.push(...variants.map((variant) => crew.contender(variant)))
    } catch (error) {
      if (!(error instanceof Unavailable)) throw error
      skipped.push({ name: peer.name, reason: error.message })
    }
  }
  return { crews, contenders, skipped }
}

/** The peers (peer/): FastAPI, uvicorn, PyTorch and Pillow, one process a core. */
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { peerPython } from '../peers/venv.js'
import { type Command, ServerProcess } from './server-process.js'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** As our HOT_BYTES, for all processes together. */
const CACHE_BYTES = 512 * 1024 * 1024

/** As fast as it gets, and as most would write it (peer/tuned.py, peer/plain.py). */
export const peers = { 'peer, tuned': 'tuned', 'peer, plain': 'plain' } as const
export type PeerName = keyof typeof peers

/**
 * One uvicorn process a core, each on a port of its own, all on one folder of adapted weights. `uvicorn --workers` leaves it
 * to the kernel who gets a connection, and often most go to one process: with even shares the peer is at its best. Throws
 * Unavailable where its packages cannot be had.
 */
export async function startPeer(name: PeerName, dataDir: string): Promise<ServerProcess[]> {
  const python = await peerPython()
  const seats = availableParallelism()
  const command = (port: number): Command => ({
    command: python,
    args: [
      ...['-m', 'uvicorn', `${peers[name]}:app`, '--app-dir', join(root, 'bench/serve/peer')],
      ...['--host', '127.0.0.1', '--port', String(port), '--no-access-log', '--log-level', 'warning'],
    ],
    env: {
      PYTHONPATH: join(root, 'bench/peers'),
      PEER_MODEL: join(root, 'models/omniglot-conv4'),
      PEER_DATA: dataDir,
      PEER_CACHE_BYTES: String(Math.floor(CACHE_BYTES / seats)),
      OMP_NUM_THREADS: '1',
      MKL_NUM_THREADS: '1',
    },
  })
  const started: ServerProcess[] = []
  try {
    for (let seat = 0; seat < seats; seat++) started.push(await ServerProcess.start(command))
  } catch (error) {
    await Promise.all(started.map((one) => one.stop()))
    throw error
  }
  return started
}

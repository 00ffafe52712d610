/** How long the server takes to be ready, by how much is stored. */
import { type Spread, spread } from '../inner/report.js'
import { startOurs } from '../serve/ours.js'

/** One spread of milliseconds a folder, in turns. */
export async function measureStarts(main: string, folders: readonly string[], rounds: number): Promise<Spread[]> {
  const times = folders.map((): number[] => [])
  for (let round = 0; round < rounds; round++) {
    for (const [i, folder] of folders.entries()) {
      const started = performance.now()
      const server = await startOurs(main, folder)
      times[i]?.push(performance.now() - started)
      await server.stop()
    }
  }
  return times.map(spread)
}

/** A server whose adaptations stop where a test wants them. */
import { expect, onTestFinished } from 'vitest'
import { Gate } from '../serving/watched-learner.js'
import { twoSigns } from './requests.js'
import { type Circumstances, startTestServer } from './test-server.js'

/** A server with an adaptation `signs`, whose next adaptations wait at the gate of each slice. */
export async function startHeld(given: Partial<Circumstances> = {}) {
  const server = await startTestServer(given)
  await server.post('/adapt', twoSigns)
  await server.idle()
  const gate = new Gate()
  server.images.beforeSlice = gate.pass
  onTestFinished(async () => {
    gate.open()
    await server.idle()
    await Promise.all([server.adaptationTurns.idle(), server.predictionTurns.idle()])
    expect(server.faults()).toEqual([])
    await server.close()
  })
  const adapt = (id: string) => server.post('/adapt', { ...twoSigns, id })
  return { server, gate, adapt }
}

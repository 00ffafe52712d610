/** A device without memory for a run: who asked hears it in a sentence, nothing is lost, and the next are served. */
import { expect, test } from 'vitest'
import { type Engine, type Executable, OutOfMemoryError } from '../../src/engine/engine.js'
import { ReferenceEngine } from '../../src/engine/reference.js'
import { MemoryStore } from '../../src/store/memory.js'
import { HandClock } from './hand-clock.js'
import { tinyImages } from './tiny-models.js'
import { byDefault, drawings, pattern, taskOf, tinyService } from './tiny-service.js'

/** The reference engine, as long as it is not full. */
class FillingEngine implements Engine {
  readonly name = 'filling'
  readonly parallelism = 1
  isFull = false
  private readonly inner = new ReferenceEngine()

  async compile(...program: Parameters<Engine['compile']>): Promise<Executable> {
    return this.filling(await this.inner.compile(...program))
  }

  async compileForClients(...programs: Parameters<Engine['compileForClients']>): Promise<Executable[]> {
    return (await this.inner.compileForClients(...programs)).map((executable) => this.filling(executable))
  }

  close(): Promise<void> {
    return this.inner.close()
  }

  private filling(executable: Executable): Executable {
    return {
      run: async (...run) => {
        if (this.isFull) throw new OutOfMemoryError('the filling engine has no memory for the run')
        return executable.run(...run)
      },
      dispose: () => executable.dispose(),
    }
  }
}

test('adaptations and predictions fail with out-of-memory, the old version stays, and what comes later is answered', async () => {
  const engine = new FillingEngine()
  const served = await tinyImages(1, engine)
  const clock = new HandClock(1000)
  const store = new MemoryStore(1e6, { monotonic: clock.now, wall: clock.now })
  const service = tinyService({ served: [served], store, clock })
  const adapt = (labels: readonly string[]) =>
    service.adapt.run({ id: 'a', served, examples: drawings(labels), asked: byDefault }, taskOf({ clock }))
  const predict = async () => {
    const task = taskOf({ clock })
    const subject = await service.predict.find({ tenant: task.tenant, id: 'a' }, task)
    return [...(await service.predict.run(subject, [pattern(2)], 1, task))]
  }
  const full = {
    failure: { code: 'out-of-memory' },
    message: 'The memory of the device that computes is full; try again in a few seconds.',
  }
  await adapt(['x', 'y'])
  const before = await predict()
  engine.isFull = true
  await expect(adapt(['p', 'q'])).rejects.toMatchObject(full)
  await expect(predict()).rejects.toMatchObject(full)
  engine.isFull = false
  expect(await predict()).toEqual(before)
  expect((await adapt(['p', 'q'])).version).toBe(2)
})

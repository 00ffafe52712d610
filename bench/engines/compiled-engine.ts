/** An engine that has a task's program compiled, and how long that took. */
import type { Engine } from '../../src/engine/engine.js'
import { Builder } from '../../src/program/builder.js'
import type { Program } from '../../src/program/program.js'
import { LoadedTask } from '../inner/ours.js'
import type { Task } from '../inner/task.js'
import type { Kind } from './kinds.js'
import type { Entry } from './report.js'

export class CompiledEngine {
  private constructor(
    readonly name: string,
    /** For all numbers of clients that the engine makes calls of, the first time. */
    readonly seconds: number,
    /** The same in a second engine, where it finds what the first one has compiled. */
    readonly secondsAgain: number | undefined,
    private readonly engine: Engine,
    private readonly loaded: LoadedTask,
  ) {}

  static async start(kind: Kind, task: Task): Promise<CompiledEngine> {
    const first = await compile(kind, task)
    if (!kind.cached) return new CompiledEngine(kind.name, first.seconds, undefined, first.engine, first.loaded)
    const second = await compile(kind, task)
    await second.engine.close()
    return new CompiledEngine(kind.name, first.seconds, second.seconds, first.engine, first.loaded)
  }

  /** So many clients at once, each with an adaptation of its own. */
  entry(clients: number): Entry {
    const { name, loaded } = this
    const contender = {
      name,
      family: name,
      prepare: async () => ({ digests: [loaded.digest] }),
      run: (adaptations: number) => loaded.run(clients, adaptations),
    }
    return { contender, clients }
  }

  close(): Promise<void> {
    return this.engine.close()
  }
}

async function compile(kind: Kind, task: Task): Promise<{ engine: Engine; loaded: LoadedTask; seconds: number }> {
  const engine = kind.create()
  // Its threads start, and load their library.
  await engine.compile(doubling())
  const started = performance.now()
  const loaded = await LoadedTask.load(engine, task)
  return { engine, loaded, seconds: (performance.now() - started) / 1000 }
}

function doubling(): Program {
  const b = new Builder()
  return b.build({ y: b.scale(b.param('x', [1]), 2) })
}

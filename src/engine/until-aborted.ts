/** An engine that compiles nothing more once a signal has aborted: a start that is to end need not do all its work first. */
import type { Engine } from './engine.js'

/** What it has compiled before runs on. Rejects with the signal's reason. */
export function untilAborted(engine: Engine, signal: AbortSignal): Engine {
  return {
    name: engine.name,
    parallelism: engine.parallelism,
    ...(engine.sliceLength !== undefined && { sliceLength: engine.sliceLength }),
    compile: async (program) => {
      signal.throwIfAborted()
      return engine.compile(program)
    },
    compileForClients: async (programs) => {
      signal.throwIfAborted()
      return engine.compileForClients(programs)
    },
    close: () => engine.close(),
  }
}

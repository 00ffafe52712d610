/** What a worker pool runs, as the Executable of a program. */
import { type Program, paramsOf } from '../../program/program.js'
import type { Executable, Run, Tensors } from '../engine.js'
import { checkFeeds } from '../feeds.js'
import type { Results } from './protocol.js'

export interface Runnable {
  /** Feeds are checked before. */
  run(run: Run): Promise<Results>
  dispose(): Promise<void>
}

/** `program`: of one run. Its nodes are let go: they are memory that the collector would walk over again and again. */
export function executableOf(program: Program, { run, dispose }: Runnable): Executable {
  const params = paramsOf(program)
  const shapes = new Map(program.outputs.map(({ name, value }) => [name, value.type.shape]))
  return {
    run: async (feeds, wanted, into) => {
      checkFeeds(params, feeds)
      const results = await run({ feeds, wanted, into })
      const tensors = Object.entries(results).map(
        ([name, data]) => [name, { shape: shapes.get(name) ?? [], data }] as const,
      )
      return Object.fromEntries(tensors) satisfies Tensors
    },
    dispose,
  }
}

/** Holds feeds against a program's parameters, before an engine sees them. */
import { type paramsOf, sameShape, sizeOf } from '../program/program.js'
import { EngineError, type Tensors } from './engine.js'

/** What is left of a program once it is compiled: the rest of it is memory that the collector would walk over again and again. */
export type Params = ReturnType<typeof paramsOf>

/** Throws EngineError with one sentence naming the parameter that is missing, unknown or of another shape. */
export function checkFeeds(params: Params, feeds: Tensors): void {
  for (const { name, type } of params) {
    const feed = feeds[name]
    if (!feed) throw new EngineError(`the program needs ${name} [${type.shape}], which was not fed`)
    const kind = type.dtype === 'i32' ? Int32Array : Float32Array
    if (!(feed.data instanceof kind)) throw new EngineError(`${name} must be a ${kind.name}`)
    if (!sameShape(feed.shape, type.shape) || feed.data.length !== sizeOf(type.shape)) {
      throw new EngineError(`${name} must be [${type.shape}], not [${feed.shape}] with ${feed.data.length} numbers`)
    }
  }
  const unknown = Object.keys(feeds).find((name) => !params.some((param) => param.name === name))
  if (unknown !== undefined) throw new EngineError(`the program has no parameter ${unknown}`)
}

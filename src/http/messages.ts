/**
 * Requests and responses that are Express' own from the start. Express takes Node's and changes their prototype one by one, which
 * makes slow objects of them that outlive the young generation: 80 us a request, where all the rest of an empty answer takes 17.
 */
import { IncomingMessage, type RequestListener, type ServerOptions, ServerResponse } from 'node:http'

export type Messages = Pick<ServerOptions, 'IncomingMessage' | 'ServerResponse'>

/** For `createServer`; nothing for an application that is not Express'. */
export function messagesOf(app: RequestListener): Messages {
  if (!('request' in app && 'response' in app)) return {}
  return {
    IncomingMessage: withPrototype(IncomingMessage, app.request),
    ServerResponse: withPrototype(ServerResponse, app.response),
  }
}

/** What `new` makes of it has this very prototype, which a class could only inherit from. */
function withPrototype<Base extends typeof IncomingMessage | typeof ServerResponse>(
  Base: Base,
  prototype: unknown,
): Base {
  // Node's own are functions still, so that others may be made of them; Reflect.construct would make slow objects again.
  const initialize = Base as unknown as (...args: unknown[]) => void
  function Message(this: object, ...args: unknown[]): void {
    initialize.apply(this, args)
  }
  Message.prototype = prototype
  return Message as unknown as Base
}

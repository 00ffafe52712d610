/** What a request is called in the log: the name it comes with, where that is one, or a new one. */

const sane = /^[\x21-\x7e]{1,128}$/

/** `header`: X-Request-Id. Only visible ASCII is taken over: it goes into the log and back to the client. */
export function requestIdFrom(header: string | string[] | undefined, newId: () => string): string {
  return typeof header === 'string' && sane.test(header) ? header : newId()
}

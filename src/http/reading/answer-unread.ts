/** An answer to a request whose body is still coming. */
import type { IncomingMessage, ServerResponse } from 'node:http'

/** How long a sender has to hear the answer and stop, in milliseconds. */
const patience = 1000

/**
 * Sends `text`, the whole body of the answer (its head, with Content-Length and `Connection: close`, is set), and closes
 * the connection once the sender has stopped or had its time. What still comes is thrown away unread: closed at once,
 * the connection would be reset, and many clients would never see the answer.
 */
export function answerUnread(request: IncomingMessage, response: ServerResponse, text: string): void {
  const end = (): void => {
    clearTimeout(deadline)
    response.end()
  }
  const deadline = setTimeout(end, patience)
  deadline.unref()
  response.write(text)
  request.once('end', end).once('close', end).once('error', end)
  // Who waits to be asked for the body has been answered instead.
  if (request.headers.expect !== undefined) end()
  else request.resume()
}

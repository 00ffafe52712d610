/** The listening socket of the application: opens, answers what the parser refuses, and closes without cutting anyone off. */
import { setMaxListeners } from 'node:events'
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { setImmediate } from 'node:timers/promises'
import { ServingError } from '../serving/serving-error.js'
import type { FailureCode } from './failure.js'
import { messagesOf } from './messages.js'
import { type ParserFailure, parserFailure, refuseOnSocket } from './operations/parser-failure.js'

export interface ConnectionLimits {
  /** How long a request may take to arrive, body included. */
  readonly requestSeconds: number
  readonly connections: number
}

export interface ConnectionWatch {
  /** A request was answered past the application. `response`: of the one the application was busy with on that connection. */
  refused(code: FailureCode, status: number, response: ServerResponse | undefined): void
  /** A connection was closed unheard, because there were as many as there may be. */
  dropped(): void
}

/** Runs `act` after so many seconds, unless the function returned is called before. */
export type Timer = (seconds: number, act: () => void) => () => void

/** How long the headers alone may take. */
const headerSeconds = 10
/** Longer than gateways keep an idle connection (nginx 60 s), so that they close it and never send into a closed one. */
const idleSeconds = 75
/** For the answers to requests whose time was up when the server stopped. */
const partingSeconds = 1

export class Listener {
  private readonly server: Server
  private readonly overdue = new AbortController()
  /**
   * What each connection is busy with, the latest last, and of all a number. One set of all responses, which come and go by the
   * thousand, would keep them alive: V8's sets point from their old tables to the newer ones, across generations.
   */
  private readonly connections = new Map<Duplex, ServerResponse[]>()
  private underWay = 0
  private readonly refused = new WeakSet<Duplex>()
  /** Connections and requests that have come so far. */
  private arrivals = 0
  private closing = false
  private onQuiet: (() => void) | undefined

  constructor(
    private readonly app: RequestListener,
    { requestSeconds, connections }: ConnectionLimits,
    private readonly watch: ConnectionWatch,
    private readonly timer: Timer = realTimer,
  ) {
    this.server = createServer({
      ...messagesOf(app),
      requestTimeout: requestSeconds * 1000,
      headersTimeout: Math.min(headerSeconds, requestSeconds) * 1000,
      connectionsCheckingInterval: Math.min(1000, requestSeconds * 250),
      keepAliveTimeout: idleSeconds * 1000,
      // Asked below: Node's own answer has no problem document.
      requireHostHeader: false,
    })
    this.server.maxConnections = connections
    // As many as there are requests; Node would take more than ten for a leak.
    setMaxListeners(0, this.overdue.signal)
    // The size of all headers is limited, and answered; past a number of them Node would drop the rest without a word.
    this.server.maxHeadersCount = 0
    this.server.on('connection', (socket) => this.connect(socket))
    this.server.on('drop', () => watch.dropped())
    this.server.on('request', (request, response) => this.take(request, response))
    // Whoever reads the body asks for it (response.writeContinue): a refusal comes before the body does.
    this.server.on('checkContinue', (request, response) => this.take(request, response))
    this.server.on('checkExpectation', (request, response) => this.refuse(request.socket, unmetExpectation, response))
    this.server.on('connect', (_request, socket) => this.refuse(socket, noProxy))
    this.server.on('clientError', (error, socket) => {
      const failure = parserFailure(error)
      if (failure) this.refuse(socket, failure, this.connections.get(socket)?.at(-1))
      else socket.destroy()
    })
  }

  /**
   * Aborts when the server stops and cannot wait any longer: whoever still waits for an answer is told so, with the reason
   * (ServingError `draining`), in the second that is left.
   */
  get cutOff(): AbortSignal {
    return this.overdue.signal
  }

  /** Resolves with the port (a free one for 0). Throws the system's error, such as EADDRINUSE. */
  listen(port: number, host: string): Promise<number> {
    return new Promise((resolve, reject) => {
      this.server.once('error', reject)
      this.server.listen(port, host, () => {
        this.server.off('error', reject)
        const address = this.server.address()
        if (typeof address === 'object' && address) resolve(address.port)
      })
    })
  }

  /**
   * Goes on for `lingerSeconds`, in which gateways learn of the stop; then takes no more connections and waits for the
   * requests under way, `drainSeconds` at most; then tells those that are left, and cuts off who does not hear.
   */
  async close(lingerSeconds: number, drainSeconds: number): Promise<void> {
    this.closing = true
    // The last of those that were sent one behind the other: the connection ends with it.
    for (const responses of this.connections.values()) {
      const last = responses.at(-1)
      if (last) last.shouldKeepAlive = false
    }
    if (lingerSeconds > 0) await this.pass(lingerSeconds)
    await this.takeIn()
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()))
    if (!(await this.quiet(drainSeconds))) {
      const why = 'The server stops before the answer is there; ask another replica.'
      this.overdue.abort(new ServingError({ code: 'draining' }, why))
      await this.quiet(partingSeconds)
    }
    // Node waits for connections that were opened ahead and never used.
    this.server.closeAllConnections()
    await closed
  }

  private connect(socket: Duplex): void {
    this.arrivals++
    const responses: ServerResponse[] = []
    this.connections.set(socket, responses)
    socket.once('close', () => {
      this.connections.delete(socket)
      // Node tells the response that is written to the socket; those whose turn had not come would wait for ever.
      for (const response of responses.filter((response) => response.socket === null)) {
        response.destroyed = true
        response.emit('close')
      }
    })
  }

  private take(request: IncomingMessage, response: ServerResponse): void {
    // What follows on a connection that was refused has nobody to answer it to.
    if (this.refused.has(request.socket)) return
    this.arrivals++
    this.underWay++
    const responses = this.connections.get(request.socket)
    responses?.push(response)
    response.once('close', () => {
      this.underWay--
      responses?.splice(responses.indexOf(response), 1)
      if (this.underWay === 0) this.onQuiet?.()
    })
    // Who holds a connection open is asked to leave with the next answer.
    if (this.closing) response.shouldKeepAlive = false
    const hosts = hostsOf(request)
    if (hosts > 1 || (hosts === 0 && request.httpVersion === '1.1')) {
      this.refuse(request.socket, hosts > 1 ? manyHosts : noHost, response)
    } else {
      this.app(request, response)
    }
  }

  /** Answers on the bare socket, past a response that may be under way there; nothing where its answer has begun. */
  private refuse(socket: Duplex, failure: ParserFailure, response?: ServerResponse): void {
    // The parser fails again with every packet that follows.
    if (this.refused.has(socket)) return
    this.refused.add(socket)
    if (!socket.writable || (response?.headersSent && !response.writableEnded)) {
      socket.destroy()
      return
    }
    this.watch.refused(failure.failure.code, refuseOnSocket(socket, failure), response)
  }

  /** Whoever the system has already connected would be cut off by a close: wait until a few turns bring nobody new. */
  private async takeIn(): Promise<void> {
    for (let idleTurns = 0; idleTurns < 3; ) {
      const before = this.arrivals
      await setImmediate()
      idleTurns = this.arrivals === before ? idleTurns + 1 : 0
    }
  }

  private pass(seconds: number): Promise<void> {
    return new Promise((resolve) => this.timer(seconds, resolve))
  }

  /** Whether no request was under way any more before the time was up. */
  private quiet(seconds: number): Promise<boolean> {
    if (this.underWay === 0) return Promise.resolve(true)
    return new Promise((resolve) => {
      const cancel = this.timer(seconds, () => resolve(false))
      this.onQuiet = () => {
        cancel()
        resolve(true)
      }
    })
  }
}

/** How many there are (RFC 9112, 3.2): of several, gateway and server might believe another. */
function hostsOf({ rawHeaders }: IncomingMessage): number {
  let hosts = 0
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at]
    if (name?.length === 4 && name.toLowerCase() === 'host') hosts++
  }
  return hosts
}

const realTimer: Timer = (seconds, act) => {
  const timeout = setTimeout(act, seconds * 1000)
  return () => clearTimeout(timeout)
}

const noHost: ParserFailure = {
  failure: { code: 'malformed-request' },
  detail: 'Send the header Host, which HTTP/1.1 asks for.',
}
const manyHosts: ParserFailure = {
  failure: { code: 'malformed-request' },
  detail: 'The header Host comes more than once; send it once.',
}
const noProxy: ParserFailure = {
  failure: { code: 'malformed-request' },
  detail: 'This server is no proxy; send requests such as GET /models.',
}
const unmetExpectation: ParserFailure = {
  failure: { code: 'expectation-failed' },
  detail: 'Send no header Expect, or `Expect: 100-continue`.',
}

/** The listening socket of the application: opens, and closes without cutting a request off. */
import { createServer, type RequestListener } from 'node:http'
import { setImmediate } from 'node:timers/promises'

export class Listener {
  private readonly server
  private underWay = 0
  /** Connections and requests that have come so far. */
  private arrivals = 0
  private onQuiet: (() => void) | undefined

  constructor(app: RequestListener) {
    this.server = createServer(app)
    this.server.on('connection', () => this.arrivals++)
    this.server.on('request', (_request, response) => {
      this.arrivals++
      this.underWay++
      response.once('close', () => {
        this.underWay--
        if (this.underWay === 0) this.onQuiet?.()
      })
    })
  }

  /** Resolves with the port (a free one for 0). Throws the system's error, such as EADDRINUSE. */
  listen(port: number, host: string): Promise<number> {
    return new Promise((resolve, reject) => {
      this.server.once('error', reject)
      this.server.listen(port, host, () => {
        const address = this.server.address()
        if (typeof address === 'object' && address) resolve(address.port)
      })
    })
  }

  /** Takes no more connections and waits for the requests under way, `seconds` at most; then the rest is cut off. */
  async close(seconds: number): Promise<void> {
    await this.takeIn()
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()))
    await this.quiet(seconds)
    // Node waits for connections that were opened ahead and never used.
    this.server.closeAllConnections()
    await closed
  }

  /** Whoever the system has already connected would be cut off by a close: wait until a few turns bring nobody new. */
  private async takeIn(): Promise<void> {
    for (let idleTurns = 0; idleTurns < 3; ) {
      const before = this.arrivals
      await setImmediate()
      idleTurns = this.arrivals === before ? idleTurns + 1 : 0
    }
  }

  private quiet(seconds: number): Promise<void> {
    if (this.underWay === 0) return Promise.resolve()
    return new Promise((resolve) => {
      const deadline = setTimeout(resolve, seconds * 1000)
      this.onQuiet = () => {
        clearTimeout(deadline)
        resolve()
      }
    })
  }
}

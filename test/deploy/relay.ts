/** A listener between the gateway and the server that passes bytes on, counts the connections and keeps what was sent. */
import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'

export class Relay {
  connections = 0
  /** What the gateway sent, of all connections. */
  sent = ''
  port = 0
  private readonly sockets = new Set<Socket>()
  private readonly server: Server

  private constructor(target: () => number) {
    this.server = createServer((gateway) => {
      this.connections++
      const server = connect(target(), '127.0.0.1')
      gateway.on('data', (chunk) => {
        this.sent += chunk.toString('latin1')
      })
      gateway.pipe(server).pipe(gateway)
      for (const [own, other] of [
        [gateway, server],
        [server, gateway],
      ] as const) {
        this.sockets.add(own)
        own.on('error', () => other.destroy())
        own.on('close', () => {
          this.sockets.delete(own)
          other.destroy()
        })
      }
    })
  }

  /** `target`: the port of the server on this machine, asked for each connection. */
  static async start(target: () => number): Promise<Relay> {
    const relay = new Relay(target)
    relay.server.listen(0, '127.0.0.1')
    await once(relay.server, 'listening')
    const address = relay.server.address()
    if (typeof address === 'object' && address !== null) relay.port = address.port
    return relay
  }

  /** Counts and keeps from now on. */
  forget(): void {
    this.connections = 0
    this.sent = ''
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy()
    this.server.close()
    await once(this.server, 'close')
  }
}

/** Who is measured: a server, and where it is reached. */
import type { ServerProcess } from './server-process.js'

export interface Contender {
  readonly name: string
  readonly processes: readonly [ServerProcess, ...ServerProcess[]]
}

export function portsOf({ processes }: Contender): number[] {
  return processes.map(({ port }) => port)
}

export function pidsOf({ processes }: Contender): number[] {
  return processes.map(({ pid }) => pid)
}

/** The answer of a server to a JSON body. Throws Error for what is not 2xx. */
export async function ask(url: string, body: object): Promise<unknown> {
  const headers = { 'content-type': 'application/json' }
  const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) })
  const text = await response.text()
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${text.slice(0, 500)}`)
  return JSON.parse(text)
}

/** A server inside a container, asked over HTTP from outside. */
import { setTimeout } from 'node:timers/promises'
import type { Container } from './container.js'

/** Where it listens, as settings and as an address. */
export function listeningOn(port: number): { readonly base: string; readonly settings: Record<string, string> } {
  return {
    base: `http://127.0.0.1:${port}`,
    settings: { PORT: String(port), HOST: '127.0.0.1', WORKERS: '1' },
  }
}

/** Resolves when it says yes; throws what was printed where it does not within a minute. */
export async function answers(url: string, container: Container): Promise<void> {
  for (let tries = 0; tries < 3000; tries++) {
    const status = await fetch(url).then(
      (answer) => answer.status,
      () => 0,
    )
    if (status === 200) return
    await setTimeout(20)
  }
  throw new Error(`No yes from ${url} after a minute:\n${container.output}`)
}

export const ready = (base: string, container: Container) => answers(`${base}/readyz`, container)

/** Posts the server's own sample to the path of the same name. */
export async function postSample(base: string, name: 'adapt' | 'predict'): Promise<Response> {
  const body = await (await fetch(`${base}/samples/${name}.json`)).text()
  return fetch(`${base}/${name}`, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
}

export async function predictionsIn(answer: Response): Promise<unknown> {
  const body: unknown = await answer.json()
  return typeof body === 'object' && body !== null && 'predictions' in body ? body.predictions : undefined
}

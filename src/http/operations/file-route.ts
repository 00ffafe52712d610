/** Serves one file, with a tag that spares it to whoever has it already. */
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { RequestHandler, Response } from 'express'

/** Read when somebody asks, because hardly anybody does. A file that is not there is a fault of ours. */
export function fileRoute(path: string, type: string): RequestHandler {
  let tag: string | undefined
  return async (_request, response) => {
    const bytes = await readFile(path)
    tag ??= tagOf(bytes)
    sendTagged(response, bytes, type, tag)
  }
}

/** Express compares the tag and answers 304 where the client has the same. */
export function sendTagged(response: Response, bytes: Buffer, type: string, tag = tagOf(bytes)): void {
  response.setHeader('Content-Type', type)
  response.setHeader('Cache-Control', 'no-cache')
  response.setHeader('ETag', tag)
  response.send(bytes)
}

function tagOf(bytes: Buffer): string {
  return `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`
}

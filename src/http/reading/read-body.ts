/**
 * Receives a body: refused before it is read where its size is told and too large, unpacked as it comes, counted
 * against the memory for all bodies, and given up at the first byte over a limit.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib'
import type { Body, ByteBudget } from './body.js'
import { bodyTypeOf, type Compression, compressionOf } from './body-type.js'
import { GrowingBytes } from './growing-bytes.js'
import type { ReadingLimits } from './limits.js'
import { malformed, tooLarge } from './refusals.js'

export interface Exchange {
  readonly request: IncomingMessage
  readonly response: ServerResponse
}

/**
 * Throws HttpError `unsupported-media-type`, `body-too-large` or `invalid-request` (broken off, or not unpackable),
 * whatever `budget.take` throws, and the signal's reason. What it took from the budget it gives back when it throws.
 * A body that was announced with `Expect: 100-continue` is asked for here: the server listens to 'checkContinue'.
 */
export async function readBody(
  { request, response }: Exchange,
  { bodyBytes }: Pick<ReadingLimits, 'bodyBytes'>,
  budget: ByteBudget,
  signal: AbortSignal,
): Promise<Body> {
  signal.throwIfAborted()
  const { headers } = request
  const type = bodyTypeOf(headers['content-type'])
  const compression = compressionOf(headers)
  const announced = headers['content-length'] === undefined ? undefined : Number(headers['content-length'])
  if (announced !== undefined && announced > bodyBytes) throw tooLarge(bodyBytes)
  const expected = compression === undefined ? announced : undefined
  const account = new Account(budget, bodyBytes)
  try {
    if (headers.expect !== undefined) response.writeContinue()
    const bytes = await receive(request, compression, new GrowingBytes(expected, bodyBytes), account, signal)
    return { bytes, type, reserved: account.reserved }
  } catch (error) {
    account.close()
    throw error
  }
}

/** What one body holds of the budget. */
class Account {
  reserved = 0

  constructor(
    private readonly budget: ByteBudget,
    private readonly most: number,
  ) {}

  /** Sees to it that `bytes` in all are taken. */
  reserve(bytes: number): void {
    if (bytes > this.most) throw tooLarge(this.most)
    if (bytes <= this.reserved) return
    this.budget.take(bytes - this.reserved)
    this.reserved = bytes
  }

  close(): void {
    this.budget.give(this.reserved)
    this.reserved = 0
  }
}

/** The body as it was before compression, once it is whole. */
function receive(
  request: IncomingMessage,
  compression: Compression | undefined,
  bytes: GrowingBytes,
  account: Account,
  signal: AbortSignal,
): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const unpacker = compression && createUnpacker(compression)
    const source = unpacker ? request.pipe(unpacker) : request
    const stop = (): void => {
      request.off('close', onClose).off('error', onClose)
      source.off('data', onData).off('end', onEnd)
      signal.removeEventListener('abort', onAbort)
      if (unpacker) request.unpipe(unpacker)
      unpacker?.destroy()
    }
    const fail = (error: unknown): void => {
      stop()
      request.pause()
      reject(error)
    }
    const onData = (piece: Uint8Array): void => {
      try {
        account.reserve(bytes.size + piece.byteLength)
        bytes.append(piece)
      } catch (error) {
        fail(error)
      }
    }
    const onEnd = (): void => {
      stop()
      resolve(bytes.whole())
    }
    // A request that has come whole closes too, while the last of it is still being unpacked.
    const onClose = (): void => {
      if (!request.complete) fail(malformed('The body is broken off; send it again as a whole.'))
    }
    const onAbort = (): void => fail(signal.reason)
    request.on('close', onClose).on('error', onClose)
    source.on('data', onData).on('end', onEnd)
    unpacker?.on('error', () => fail(malformed(`The body is not whole ${compression} data; compress it anew.`)))
    signal.addEventListener('abort', onAbort)
  })
}

function createUnpacker(compression: Compression) {
  const settings = { chunkSize: 64 * 1024 }
  switch (compression) {
    case 'gzip':
      return createGunzip(settings)
    case 'deflate':
      return createInflate(settings)
    case 'br':
      return createBrotliDecompress(settings)
  }
}

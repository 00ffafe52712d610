/** Clients that behave badly on the wire; each is a way to send a question. */
import { connect, type Socket } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { type Question, type Reply, rawBytes } from './ask.js'
import type { Dice } from './dice.js'

type Send = (question: Question) => Promise<Reply>

/** Hangs up before the last byte of the request: nothing can come of it. */
export function hangUpWhileSending(port: () => number, dice: Dice): Send {
  return async (question) => {
    const { head, body } = await rawBytes(question)
    const socket = await opened(port())
    if (!socket) return 'refused'
    socket.write(Buffer.concat([head, body.subarray(0, dice.below(body.length))]))
    await wait(dice.between(0, 30))
    socket.destroy()
    return 'refused'
  }
}

/** Sends everything, and hangs up after so many milliseconds, or at the first byte of the answer. */
export function hangUpBeforeAnswer(port: () => number, milliseconds: number): Send {
  return async (question) => {
    const { head, body } = await rawBytes(question)
    const socket = await opened(port())
    if (!socket) return 'refused'
    socket.write(Buffer.concat([head, body]))
    await Promise.race([new Promise((resolve) => socket.once('data', resolve)), wait(milliseconds)])
    socket.destroy()
    return 'left'
  }
}

/** A byte at a time, in both directions. */
export function crawl(port: () => number, pauseMs: number): Send {
  return async (question) => {
    const { head, body } = await rawBytes(question)
    const socket = await opened(port())
    if (!socket) return 'refused'
    socket.setNoDelay(true)
    socket.pause()
    const answer = slowAnswer(socket)
    for (const byte of Buffer.concat([head, body])) {
      if (socket.destroyed) break
      socket.write(Buffer.of(byte))
      await wait(pauseMs)
    }
    return answer
  }
}

/** Sends the beginning and then nothing more; the server must be the one to end it. */
export async function stall(port: number, question: Question, dice: Dice): Promise<Reply> {
  const { head, body } = await rawBytes(question)
  const whole = Buffer.concat([head, body])
  const socket = await opened(port)
  if (!socket) return 'refused'
  socket.write(whole.subarray(0, 1 + dice.below(whole.length - 1)))
  return slowAnswer(socket)
}

function opened(port: number): Promise<Socket | undefined> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => resolve(socket))
    socket.once('error', () => resolve(undefined))
    socket.on('error', () => {})
  })
}

/** Read in small pieces. */
async function slowAnswer(socket: Socket): Promise<Reply> {
  const pieces: Buffer[] = []
  const ended = new Promise<void>((resolve) => {
    socket.on('readable', () => {
      for (let piece = socket.read(16); piece !== null; piece = socket.read(16)) pieces.push(piece)
      // What is less than asked for comes when there is no more.
      const rest = socket.readableEnded ? null : socket.read()
      if (rest !== null) pieces.push(rest)
    })
    socket.once('close', () => resolve())
    socket.once('end', () => socket.end())
  })
  await ended
  return parsed(Buffer.concat(pieces).toString('utf8'))
}

function parsed(text: string): Reply {
  const end = text.indexOf('\r\n\r\n')
  const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1])
  const head = text.slice(0, end)
  const body = text.slice(end + 4)
  const length = Number(/^content-length: *(\d+)/im.exec(head)?.[1] ?? 0)
  if (end < 0 || !status || Buffer.byteLength(body) < length) return 'broken'
  return { status, type: /^content-type: *(.*)$/im.exec(head)?.[1] ?? '', text: body }
}

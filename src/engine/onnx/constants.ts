/**
 * Which constant feeds a worker holds, as the engine sees it from outside: the weights of clients that ask again are not sent
 * again. The least recently used make room.
 */
import type { Tensor } from '../engine.js'

type Data = Tensor['data']

export class Constants {
  /** The number by which the worker knows each; the most recently used is last. */
  private readonly numbers = new Map<Data, number>()
  private bytes = 0
  private next = 0
  private gone: number[] = []

  /** Keeps the one used last, however large. */
  constructor(private readonly mostBytes: number) {}

  /** Undefined: the worker does not have it. */
  use(data: Data): number | undefined {
    const number = this.numbers.get(data)
    if (number === undefined) return undefined
    this.numbers.delete(data)
    this.numbers.set(data, number)
    return number
  }

  /** The number by which the worker shall keep it from now on. */
  add(data: Data): number {
    const number = this.next++
    this.numbers.set(data, number)
    this.bytes += data.byteLength
    for (const oldest of this.numbers.keys()) {
      if (this.bytes <= this.mostBytes || oldest === data) break
      this.drop(oldest)
    }
    return number
  }

  /** What the worker is to let go, told once. */
  takeGone(): number[] {
    return this.gone.splice(0)
  }

  private drop(data: Data): void {
    const number = this.numbers.get(data)
    if (number === undefined) return
    this.numbers.delete(data)
    this.bytes -= data.byteLength
    this.gone.push(number)
  }
}

/**
 * Which constant feeds a worker holds: the weights of clients that ask again are not sent again. Bounded in bytes; the least
 * recently used make room.
 */
import type { Keeper, Placed } from '../workers/keeper.js'
import type { InputSpec } from '../workers/protocol.js'

export class Constants implements Keeper {
  /** The number by which the worker knows each; the most recently used is last. */
  private readonly numbers = new Map<Float32Array, number>()
  private bytes = 0
  private next = 0
  private gone: number[] = []

  /** Keeps the one used last, however large. */
  constructor(private readonly mostBytes: number) {}

  keeps(_input: InputSpec, constant: boolean): boolean {
    return constant
  }

  /** A graph of one client takes what is kept as it is. */
  place(_input: InputSpec, data: Float32Array): Placed {
    const number = this.numbers.get(data)
    if (number === undefined) return { number: this.add(data), isNew: true }
    this.numbers.delete(data)
    this.numbers.set(data, number)
    return { number, isNew: false }
  }

  /** They are a worker's before anything can fail. */
  forget(): void {}

  takeGone(): number[] {
    return this.gone.splice(0)
  }

  private add(data: Float32Array): number {
    const number = this.next++
    this.numbers.set(data, number)
    this.bytes += data.byteLength
    for (const oldest of this.numbers.keys()) {
      if (this.bytes <= this.mostBytes || oldest === data) break
      this.drop(oldest)
    }
    return number
  }

  private drop(data: Float32Array): void {
    const number = this.numbers.get(data)
    if (number === undefined) return
    this.numbers.delete(data)
    this.bytes -= data.byteLength
    this.gone.push(number)
  }
}

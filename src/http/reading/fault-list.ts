/** Collects the faults of a request, so that its sender can mend them all at once. */
import type { z } from 'zod'
import { CodecError } from '../../codec/codec-error.js'
import type { Fault, HttpError } from '../failure.js'
import { fault, faultsOf, invalid, mostFaults, type Path } from '../faults.js'

/** Faults as they are found; gives up with HttpError `invalid-request` at the most that are told of. */
export class FaultList {
  private readonly faults: Fault[] = []

  add(path: Path, detail: string): void {
    this.push(fault(path, detail))
  }

  /** The result of `read`, or undefined where it throws CodecError. */
  attempt<T>(path: Path, read: () => T): T | undefined {
    try {
      return read()
    } catch (error) {
      if (!(error instanceof CodecError)) throw error
      this.add(path, error.message)
      return undefined
    }
  }

  /** The value as the schema's type, or undefined. */
  validate<T>(schema: z.ZodType<T>, value: unknown, path: Path): T | undefined {
    const result = schema.safeParse(value)
    if (result.success) return result.data
    for (const one of faultsOf(result.error, path)) this.push(one)
    return undefined
  }

  /** The value, if nothing was wrong with anything; throws HttpError otherwise. */
  pass<T>(value: T | undefined): T {
    if (this.faults.length === 0 && value !== undefined) return value
    throw this.error()
  }

  /** All that was found so far. */
  error(): HttpError {
    return invalid(this.faults)
  }

  /** Of a member that breaks two rules the first is told. */
  private push(one: Fault): void {
    if (this.faults.some(({ pointer }) => pointer === one.pointer)) return
    this.faults.push(one)
    if (this.faults.length >= mostFaults) throw invalid(this.faults)
  }
}

/** Collects the faults of a request, so that its sender can mend them all at once. */
import { CodecError } from '../../codec/codec-error.js'
import type { Fault } from '../failure.js'
import { fault, invalid, mostFaults, type Path } from '../faults.js'

/** Faults as they are found; gives up with HttpError `invalid-request` at the most that are told of. */
export class FaultList {
  private readonly faults: Fault[] = []

  add(path: Path, detail: string): void {
    this.faults.push(fault(path, detail))
    if (this.faults.length >= mostFaults) throw invalid(this.faults)
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

  throwIfAny(): void {
    if (this.faults.length > 0) throw invalid(this.faults)
  }
}

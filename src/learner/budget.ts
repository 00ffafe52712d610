/** How many inner steps fit into the time there is. What has been measured on the way says how long the next ones take. */
export class Budget {
  private before: number
  /** Of a step, in milliseconds; undefined until the first is measured. */
  private perStep: number | undefined
  private reserve = 0

  /** `remaining`: the milliseconds that are left; asked again and again. */
  constructor(private readonly remaining: () => number) {
    this.before = remaining()
  }

  /** The steps start now; what has passed since the constructor was called has to pass once more after them. */
  startSteps(): void {
    this.reserve = this.before - this.remaining()
    this.before = this.remaining()
  }

  /** Before anything is measured: one, where there is time at all. */
  stepsThatFit(): number {
    this.before = this.remaining()
    const left = this.before - this.reserve
    if (left <= 0) return 0
    return this.perStep === undefined ? 1 : Math.floor(left / this.perStep)
  }

  /** So many steps have been run since `stepsThatFit` was asked. */
  stepsDone(count: number): void {
    const measured = (this.before - this.remaining()) / count
    // The slowest so far: a budget is kept rather than used up.
    this.perStep = Math.max(measured, this.perStep ?? 0)
  }
}

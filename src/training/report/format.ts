/** Numbers as a reader wants them; "n/a" where there is none, or none that is finite. */

const ABSENT = 'n/a'

export function isFigure(value: number | null | undefined): value is number {
  return typeof value === 'number' && Number.isFinite(value)
}

/** 0.98765 -> 98.77%. */
export function percent(value: number | null | undefined, digits = 2): string {
  return isFigure(value) ? `${(100 * value).toFixed(digits)}%` : ABSENT
}

/** Four digits that count, without an exponent where that is short. */
export function figure(value: number | null | undefined): string {
  if (!isFigure(value)) return ABSENT
  const size = Math.abs(value)
  if (size !== 0 && (size < 1e-4 || size >= 1e7)) return value.toExponential(2)
  return size >= 1000 ? whole(Math.round(value)) : String(Number(value.toPrecision(4)))
}

/** 100000 -> 100,000. */
export function whole(value: number): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: 0 })
}

/** "1 task", "2 tasks". */
export function counted(count: number, noun: string, plural = `${noun}s`): string {
  return `${whole(count)} ${count === 1 ? noun : plural}`
}

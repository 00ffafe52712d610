/** How the values of options are read; what they may be is checked with the settings as a whole. */
import { InvalidArgumentError } from 'commander'

/** A whole number that is not negative. */
export function whole(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new InvalidArgumentError('It must be a whole number.')
  return Number(text)
}

/** A whole number of at least 1. */
export function count(text: string): number {
  const value = whole(text)
  if (value === 0) throw new InvalidArgumentError('It must be at least 1.')
  return value
}

/** A number above 0. */
export function positive(text: string): number {
  const value = Number(text)
  if (text.trim() === '' || !Number.isFinite(value) || value <= 0)
    throw new InvalidArgumentError('It must be a number above 0.')
  return value
}

/** Whole numbers with commas between. */
export function wholes(text: string): number[] {
  return text.split(',').map(whole)
}

/** An option that may be given more than once. */
export function collected(text: string, before: readonly string[] = []): string[] {
  return [...before, text]
}

/** The command as it can be typed again. */
export function typed(argv: readonly string[]): string {
  const quoted = argv.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`))
  return ['reptile-serve', ...quoted].join(' ')
}

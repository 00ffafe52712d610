/** What the name of a wheel says (PyPA's binary distribution format). */
import type { Processor } from './pins.js'

export interface WheelName {
  /** As indexes write it: nvidia-cublas-cu12. */
  readonly project: string
  readonly version: string
  /** cp311 or py3 */
  readonly python: string
  readonly platforms: readonly string[]
}

const shape = /^(?<project>\w+)-(?<version>\d[^-]*)-(?<python>\w+)-\w+-(?<platforms>[\w.]+)\.whl$/

/** Undefined where the name is none of a wheel. */
export function wheelName(file: string): WheelName | undefined {
  const { project, version, python, platforms } = shape.exec(file)?.groups ?? {}
  if (!project || !version || !python || !platforms) return undefined
  return { project: project.replaceAll('_', '-'), version, python, platforms: platforms.split('.') }
}

const suffixes: Readonly<Record<Processor, RegExp>> = { x64: /^manylinux.*_x86_64$/, arm64: /^manylinux.*_aarch64$/ }

export function isFor(processor: Processor, { platforms }: WheelName): boolean {
  return platforms.some((platform) => suffixes[processor].test(platform))
}

/** Where TensorFlow's wheels run. */
import type { Processor } from './pins.js'
import { SetupError } from './setup-error.js'

export interface Platform {
  readonly system: string
  readonly processor: string
  /** Undefined where the C library is another one (Alpine). */
  readonly glibc: string | undefined
}

export function thisPlatform(): Platform {
  const report: unknown = process.report?.getReport()
  const header = report && typeof report === 'object' && 'header' in report ? report.header : undefined
  const isOfGlibc = header && typeof header === 'object' && 'glibcVersionRuntime' in header
  return {
    system: process.platform,
    processor: process.arch,
    glibc: isOfGlibc ? String(header.glibcVersionRuntime) : undefined,
  }
}

export function supportedProcessor({ system, processor, glibc }: Platform): Processor {
  if (system !== 'linux' || (processor !== 'x64' && processor !== 'arm64'))
    throw new SetupError(
      `TensorFlow is set up on Linux with an x64 or arm64 processor only, and this is ${system} ${processor}; the other engines need no setup.`,
    )
  const [major = 0, minor = 0] = (glibc ?? '').split('.').map(Number)
  if (major < 2 || (major === 2 && minor < 27))
    throw new SetupError(
      `TensorFlow needs glibc 2.27 or newer, as Debian, Ubuntu or Fedora have it, and here is ${glibc ? `glibc ${glibc}` : 'another C library'}.`,
    )
  return processor
}

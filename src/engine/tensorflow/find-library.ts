/** Whether there is a TensorFlow on this machine, and what it computes on. */
import { execFile } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { z } from 'zod'

/** The command that brings it. */
export const setUp = 'npm run setup:tensorflow'

export type Found =
  | { readonly kind: 'found'; readonly version: string; readonly gpu: boolean }
  /** `reason`: a clause that says what to do. */
  | { readonly kind: 'missing' | 'broken'; readonly reason: string }

const info = z.object({ version: z.string(), gpu: z.boolean() })

/** Drivers of a GPU may take their time. */
const patienceMs = 60_000

/** Costs nothing where it has not been set up, and about a second where it has. */
export async function findLibrary(): Promise<Found> {
  if (!isSetUp()) return { kind: 'missing', reason: `TensorFlow is not set up (${setUp} does that)` }
  try {
    const { stdout } = await promisify(execFile)(process.execPath, probeArguments(), { timeout: patienceMs })
    return { kind: 'found', ...info.parse(JSON.parse(stdout.trim().split('\n').at(-1) ?? '')) }
  } catch (error) {
    return { kind: 'broken', reason: `TensorFlow cannot be loaded: ${lastWords(error)} (${setUp} sets it up anew)` }
  }
}

/** What is loaded last is the package's binding to the library. */
export function isSetUp(): boolean {
  try {
    const home = dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-node-gpu/package.json'))
    const versions = join(home, 'lib')
    return readdirSync(versions).some((version) => existsSync(join(versions, version, 'tfjs_binding.node')))
  } catch {
    return false
  }
}

/** Under tsx and vitest this file is TypeScript, and so is the probe. */
function probeArguments(): string[] {
  const file = fileURLToPath(new URL('./probe.js', import.meta.url))
  return import.meta.url.endsWith('.ts') ? ['--import', 'tsx', file.replace(/\.js$/, '.ts')] : [file]
}

/** Of a process that has failed: the line that names the error, or how it ended. */
function lastWords(error: unknown): string {
  const text = error instanceof Error && 'stderr' in error ? String(error.stderr) : String(error)
  const lines = text.split('\n').filter((line) => line.trim() !== '')
  const named = lines.find((line) => /^\w*Error: /.test(line))
  const signal = error instanceof Error && 'signal' in error ? error.signal : undefined
  return (
    named?.replace(/^\w*Error: /, '') ?? (signal ? `its trial was ended by ${signal}` : (lines.at(-1) ?? 'no reason'))
  )
}

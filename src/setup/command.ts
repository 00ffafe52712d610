/** Other programs, started without a shell: their arguments are what they are given. */
import { spawn } from 'node:child_process'
import type { Surroundings } from './surroundings.js'

export interface Ended {
  /** Undefined where there is no such program. */
  readonly code: number | null | undefined
  readonly signal: NodeJS.Signals | null
  readonly output: string
  readonly errors: string
}

export interface Run {
  readonly args: readonly string[]
  readonly cwd?: string
  /** Added to the environment. */
  readonly env?: Readonly<Record<string, string>>
  /** The user sees what it prints as it prints it; `output` stays empty. */
  readonly isShown?: boolean
}

/** Rejects with an AbortError when interrupted; the program is ended then. */
export function runCommand(command: string, { args, cwd, env, isShown }: Run, around: Surroundings): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd,
      env: { ...around.env, ...env },
      signal: around.signal,
      stdio: ['ignore', isShown ? 'inherit' : 'pipe', 'pipe'],
    })
    let output = ''
    let errors = ''
    let fault: NodeJS.ErrnoException | undefined
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      output += text
    })
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      errors += text
    })
    child.on('error', (error) => {
      fault = error
    })
    // Even when interrupted the end is waited for: a program that still writes would fill folders being removed.
    child.on('close', (code, signal) => {
      if (fault?.code === 'ENOENT') resolve({ code: undefined, signal, output, errors })
      else if (fault) reject(fault)
      else resolve({ code, signal, output, errors })
    })
  })
}

/** The first line that says what went wrong, as compilers, linkers and pip write it. */
export function firstError({ errors }: Ended): string {
  const lines = errors.split('\n').map((line) => line.trim())
  const telling = lines.find((line) => /(^|\s)error: |: cannot find /i.test(line) && !line.startsWith('collect2'))
  return telling ?? lines.find((line) => line !== '') ?? 'it does not say why'
}

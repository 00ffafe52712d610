/** The Python of the peers: a virtual environment that the benchmark makes itself, once, in `.venv/bench`. */
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Unavailable } from '../inner/contender.js'

const folder = fileURLToPath(new URL('../../.venv/bench', import.meta.url))
const requirements = fileURLToPath(new URL('./requirements.txt', import.meta.url))

/**
 * The path of a Python that has the pinned packages. BENCH_PYTHON names one to use as it is. Throws Unavailable with
 * the reason where there is no python3 or the packages cannot be had.
 */
export async function peerPython(): Promise<string> {
  const given = process.env.BENCH_PYTHON
  if (given) return given
  const python = join(folder, process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python')
  const stamp = join(folder, 'installed.txt')
  const wanted = await readFile(requirements, 'utf8')
  if (existsSync(stamp) && (await readFile(stamp, 'utf8')) === wanted) return python
  await mkdir(folder, { recursive: true })
  console.error(`setting up the peers' virtual environment in ${folder} (once; PyTorch is large)`)
  await succeed('python3', ['-m', 'venv', folder])
  await succeed(python, ['-m', 'pip', 'install', '--quiet', '-r', requirements])
  await writeFile(stamp, wanted)
  return python
}

/** Runs a command, its output on stderr. */
function succeed(command: string, args: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (reason: string) => reject(new Unavailable(`${command} ${args.slice(0, 3).join(' ')}: ${reason}`))
    const child = spawn(command, args, { stdio: ['ignore', process.stderr.fd, process.stderr.fd] })
    child.once('error', (error) => fail(error.message))
    child.once('exit', (code, signal) => (code === 0 ? resolve() : fail(`ended with ${code ?? signal}`)))
  })
}

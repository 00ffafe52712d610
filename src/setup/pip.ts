/** Downloads through pip: it knows the user's index, proxy and certificates. Nothing is installed, and no Python code of a wheel runs. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { firstError, runCommand } from './command.js'
import type { Pin } from './pins.js'
import { SetupError } from './setup-error.js'
import { sizeText } from './sizes.js'
import type { Surroundings } from './surroundings.js'
import { wheelName } from './wheel-name.js'

/** Any Python 3 will do: the wheel's own Python is named on the command line. */
export async function findPython(around: Surroundings): Promise<string> {
  let isPythonThere = false
  for (const python of ['python3', 'python']) {
    const { code } = await runCommand(python, { args: ['-m', 'pip', '--version'] }, around)
    if (code === 0) return python
    isPythonThere ||= code !== undefined
  }
  throw new SetupError(
    isPythonThere
      ? "Python's pip is missing, which downloads TensorFlow: apt-get install python3-pip, or name a wheel with --wheel."
      : 'Python 3 with pip is missing, which downloads TensorFlow: apt-get install python3-pip, or name a wheel with --wheel.',
  )
}

/** Leaves the wheel in `folder`, which pip uses for its temporary files, too. */
export async function pipDownload(python: string, pin: Pin, folder: string, around: Surroundings): Promise<void> {
  const { args, requirement } = pipArguments(pin, folder)
  const requirements = join(folder, 'requirements.txt')
  writeFileSync(requirements, requirement)
  around.say(`Downloading ${pin.file} (${sizeText(pin.bytes)})`)
  const ended = await runCommand(
    python,
    {
      args: [...args, '--progress-bar', around.isWatched ? 'on' : 'off', '-r', requirements],
      isShown: around.isWatched,
      env: { TMPDIR: folder },
    },
    around,
  )
  if (ended.code !== 0)
    throw new SetupError(
      `pip could not download ${pin.file}: ${reason(firstError(ended))} Try again, or fetch that file by other means and name it with --wheel.`,
    )
}

export function pipArguments(pin: Pin, folder: string): { args: string[]; requirement: string } {
  const name = wheelName(pin.file)
  if (!name) throw new Error(`${pin.file} is no name of a wheel.`)
  // A wheel for all Pythons is asked for as that of TensorFlow is.
  const python = name.python.startsWith('cp') ? name.python : 'cp311'
  const args = [
    ...['-m', 'pip', 'download', '--disable-pip-version-check', '--no-input'],
    // The wheel is kept by us; pip's own cache would take the same space once more.
    '--no-cache-dir',
    ...['--no-deps', '--only-binary=:all:', '--require-hashes', '-d', folder],
    ...['--implementation', 'cp', '--abi', python, '--python-version', python.slice('cp'.length)],
    ...name.platforms.flatMap((platform) => ['--platform', platform]),
  ]
  return { args, requirement: `${name.project}==${name.version} --hash=sha256:${pin.sha256}\n` }
}

function reason(line: string): string {
  const said = line.replace(/^ERROR: /, '')
  return /[.!?]$/.test(said) ? said : `${said}.`
}

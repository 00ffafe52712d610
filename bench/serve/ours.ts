/** Our server as `npm start` runs it: compiled, in production mode, its data in a folder of its own. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Command, ServerProcess } from './server-process.js'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** The path of main.js, compiled from this tree. Throws Error where it does not compile. */
export async function build(): Promise<string> {
  const compiler = spawn(
    process.execPath,
    [join(root, 'node_modules/typescript/bin/tsc'), '-p', 'tsconfig.build.json'],
    {
      cwd: root,
      stdio: ['ignore', process.stderr.fd, process.stderr.fd],
    },
  )
  const [code] = await once(compiler, 'exit')
  if (code !== 0) throw new Error('the server does not compile; npm run types says why')
  return join(root, 'dist/main.js')
}

/** `main`: of `build`. What is set in the environment of the benchmark, such as WORKERS, holds for the server too. */
export function oursCommand(main: string, dataDir: string, settings: Readonly<Record<string, string>> = {}) {
  return (port: number): Command => ({
    command: process.execPath,
    // As npm start does.
    args: ['--single-threaded-gc', main],
    env: {
      NODE_ENV: 'production',
      HOST: '127.0.0.1',
      PORT: String(port),
      DATA_DIR: dataDir,
      MODELS_DIR: join(dirname(dirname(main)), 'models'),
      ...settings,
    },
  })
}

export function startOurs(
  main: string,
  dataDir: string,
  settings: Readonly<Record<string, string>> = {},
): Promise<ServerProcess> {
  return ServerProcess.start(oursCommand(main, dataDir, settings))
}

/** A project with a made-up @tensorflow/tfjs-node-gpu, and made-up programs on its PATH. */
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { onTestFinished } from 'vitest'
import { PackageFolder } from '../../src/setup/package-folder.js'
import type { Surroundings } from '../../src/setup/surroundings.js'

// Computes when its binding is there; what the made-up library holds decides what is answered.
const index = `
const { readFileSync } = require('node:fs')
const { join } = require('node:path')
readFileSync(join(__dirname, '../lib/napi-v8/tfjs_binding.node'))
const version = readFileSync(join(__dirname, '../deps/lib/libtensorflow_cc.so.2'), 'utf8')
if (version === 'unloadable') throw new Error("version GLIBC_2.99 not found")
if (version === 'crashing') process.kill(process.pid, 'SIGILL')
const isUsingGpuDevice = version.includes('gpu')
if (isUsingGpuDevice) console.error('Created device /job:localhost/replica:0/task:0/device:GPU:0 with 9 MB memory:  -> device: 0, name: NVIDIA H200, pci bus id: 0')
exports.scalar = () => 0
const predict = () => ({ r0: { dataSync: () => (version === 'wrong' ? [3, 4] : [4, 3]) } })
exports.node = { loadSavedModel: async () => ({ predict }) }
exports.backend = () => ({ binding: { TF_Version: version }, isUsingGpuDevice })
exports.version = { tfjs: '4.22.0' }
`

/** In place of g++: `-o FILE` is written, and nothing else looked at. */
export const compilers = {
  good: 'while [ $# -gt 0 ]; do [ "$1" = -o ] && echo compiled > "$2"; shift; done',
  bad: '[ "$1" = --version ] || { echo "binding/tfjs_backend.cc:30:10: fatal error: no such header" >&2; exit 1; }',
  // As long as there is somebody to wait for it.
  endless: '[ "$1" = --version ] && exit; while kill -0 $PPID; do /bin/sleep 0.05; done',
}

/** In place of python3: `-d FOLDER` gets the files in $OFFERED, as pip would download them. */
export const pythons = {
  good: '[ "$3" = --version ] && exit; while [ $# -gt 0 ]; do [ "$1" = -d ] && exec /bin/cp "$OFFERED"/* "$2"; shift; done',
  withoutPip: 'echo "No module named pip" >&2; exit 1',
  offline: `[ "$3" = --version ] && exit; echo "WARNING: Retrying after error" >&2; echo "ERROR: No matching distribution found" >&2; exit 1`,
}

export interface Tools {
  readonly compiler?: string
  readonly python?: string
}

export class MadeProject {
  readonly said: string[] = []
  readonly root = mkdtempSync(join(tmpdir(), 'setup-test-'))
  readonly packageRoot = join(this.root, 'node_modules/@tensorflow/tfjs-node-gpu')
  /** What the made-up python3 "downloads". */
  readonly offered = this.folder('offered')
  readonly cache = join(this.root, 'cache')

  constructor() {
    onTestFinished(() => rmSync(this.root, { recursive: true, force: true }))
    this.write('package.json', '{}')
    const binary = { module_name: 'tfjs_binding', napi_versions: [3, 4, 5, 6, 7, 8] }
    const described = { name: '@tensorflow/tfjs-node-gpu', version: '4.22.0', main: 'dist/index.js', binary }
    this.write('node_modules/@tensorflow/tfjs-node-gpu/package.json', JSON.stringify(described))
    this.write('node_modules/@tensorflow/tfjs-node-gpu/binding/tfjs_binding.cc', 'source')
    this.write('node_modules/@tensorflow/tfjs-node-gpu/dist/index.js', index)
    this.tools({ compiler: compilers.good })
  }

  get package(): PackageFolder {
    return PackageFolder.find(this.root)
  }

  /** The environment of a machine that has these programs and no others. */
  get env(): NodeJS.ProcessEnv {
    return { PATH: join(this.root, 'bin'), OFFERED: this.offered, HOME: this.root }
  }

  get around(): Surroundings {
    const say = (line: string) => this.said.push(line)
    return { env: this.env, signal: new AbortController().signal, say, isWatched: false }
  }

  tools({ compiler, python }: Tools): void {
    rmSync(join(this.root, 'bin'), { recursive: true, force: true })
    this.folder('bin')
    if (compiler !== undefined) this.write('bin/g++', `#!/bin/sh\n${compiler}\n`, 0o755)
    if (python !== undefined) this.write('bin/python3', `#!/bin/sh\n${python}\n`, 0o755)
  }

  folder(name: string): string {
    const path = join(this.root, name)
    mkdirSync(path, { recursive: true })
    return path
  }

  write(name: string, text: string, mode = 0o644): string {
    const path = join(this.root, name)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text, { mode })
    return path
  }

  /** Files in the package that a setup has put there. */
  installed(): string[] {
    const files = readdirSync(this.packageRoot, { recursive: true, withFileTypes: true })
    return files
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(this.packageRoot.length + 1))
      .filter((name) => !['package.json', 'binding/tfjs_binding.cc', 'dist/index.js'].includes(name))
      .sort()
  }
}

/**
 * Builds the Dockerfile's stages without Docker: each is an overlay on the files of the base image (.ci/tools), its RUN
 * lines run in there by chroot, in a mount namespace of their own. The instructions are the Dockerfile's, word for word.
 */
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { contextFiles } from './docker-ignore.js'
import { pairsOf, type Stage } from './dockerfile.js'
import { tools } from './tools.js'

export const imagePath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

/** Why no stage can be built here; undefined where it can. */
export function cannotBuild(): string | undefined {
  if (process.getuid?.() !== 0) return 'Only root may mount and chroot.'
  const { status } = spawnSync('unshare', ['-m', '-p', '-f', 'true'])
  return status === 0 ? undefined : 'No namespaces may be made here.'
}

/** The files of the context as .dockerignore leaves them. */
export function copyContext(repository: string, ignoreFile: string, to: string): void {
  for (const file of contextFiles(repository, ignoreFile)) {
    mkdirSync(dirname(join(to, file)), { recursive: true })
    cpSync(join(repository, file), join(to, file))
  }
}

/** Where the files that a stage added or changed lie; what it removed from the base is marked there (overlayfs). */
export function layerOf(work: string, stage: string): string {
  return join(work, stage, 'layer')
}

/** Builds the stages, the last of which may copy from those before. Rejects with the end of what was printed. */
export async function buildStages(stages: readonly Stage[], context: string, work: string): Promise<void> {
  const script = join(work, 'build.sh')
  writeFileSync(script, ['set -eu', ...stages.flatMap((stage) => stageScript(stage, context, work))].join('\n'))
  const build = spawn('unshare', ['-m', '--propagation', 'private', 'bash', script])
  let printed = ''
  const keep = (chunk: Buffer) => {
    printed = `${printed}${chunk}`.slice(-4000)
  }
  build.stdout.on('data', keep)
  build.stderr.on('data', keep)
  const [code] = await once(build, 'close')
  if (code !== 0) throw new Error(`The build ended with ${code}.\n${printed}`)
}

function stageScript(stage: Stage, context: string, work: string): string[] {
  const folder = join(work, stage.name)
  const root = join(folder, 'root')
  const lines = [
    `mkdir -p ${folder}/root ${folder}/work ${layerOf(work, stage.name)}`,
    `mount -t overlay overlay -o lowerdir=${tools.baseImage},upperdir=${layerOf(work, stage.name)},workdir=${folder}/work ${root}`,
    `mount -t proc proc ${root}/proc`,
  ]
  let folderInside = '/'
  for (const { keyword, text } of stage.instructions) {
    if (keyword === 'WORKDIR') {
      folderInside = text
      lines.push(`mkdir -p ${root}${text}`)
    }
    if (keyword === 'COPY') lines.push(...copyScript(text, context, work, `${root}${folderInside}`))
    if (keyword === 'RUN') lines.push(runScript(text, stage, root, folderInside))
  }
  return [...lines, `umount ${root}/proc`]
}

/** Files keep their mode and belong to root; of a folder, its content is copied. */
function copyScript(text: string, context: string, work: string, folder: string): string[] {
  const words = text.split(/\s+/)
  const from = words[0]?.startsWith('--from=') ? words.shift()?.slice('--from='.length) : undefined
  if (words.some((word) => word.startsWith('--'))) throw new Error(`Not understood: COPY ${text}`)
  const target = words.pop() ?? '.'
  const to = join(folder, target)
  const source = from === undefined ? context : join(work, from, 'root')
  const many = words.length > 1 || target.endsWith('/')
  return words.map((word) => {
    const path = join(source, word)
    return `if [ -d ${path} ]; then mkdir -p ${to}; cp -rT --preserve=mode,links ${path} ${to}; else cp --preserve=mode ${path} ${to}${many ? '/' : ''}; fi`
  })
}

/** The network of this machine, whatever it needs to reach the registry, and nothing else of it. */
function runScript(text: string, stage: Stage, root: string, folder: string): string {
  const environment = { PATH: imagePath, HOME: '/root', ...pairsOf(stage, 'ENV'), ...networkSettings() }
  const settings = Object.entries(environment).map(([name, value]) => quote(`${name}=${value}`))
  const borrowed = ['/etc/resolv.conf', '/etc/hosts', ...networkFiles()]
  return [
    '(',
    ...borrowed.map(
      (file) => `mkdir -p ${root}${dirname(file)}; touch ${root}${file}; mount --bind ${file} ${root}${file}`,
    ),
    ...(existsSync(userSettings())
      ? [`touch ${root}/root/.npmrc; mount --bind ${userSettings()} ${root}/root/.npmrc`]
      : []),
    `chroot ${root} env -i -C ${folder} ${settings.join(' ')} /bin/sh -c ${quote(text)}`,
    ...borrowed.map((file) => `umount ${root}${file}`),
    ...(existsSync(userSettings()) ? [`umount ${root}/root/.npmrc`] : []),
    ')',
  ].join('\n')
}

const userSettings = () => join(homedir(), '.npmrc')

function networkSettings(): Record<string, string> {
  const entries = Object.entries(process.env).filter(([name]) =>
    /^(https?_proxy|no_proxy|NODE_EXTRA_CA_CERTS|npm_config_registry)$/i.test(name),
  )
  return Object.fromEntries(entries.map(([name, value = '']) => [name, value]))
}

function networkFiles(): string[] {
  const certificates = process.env.NODE_EXTRA_CA_CERTS
  return certificates === undefined ? [] : [certificates]
}

export function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}

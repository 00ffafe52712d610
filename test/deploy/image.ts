/**
 * Builds the Dockerfile's stages without Docker: each is an overlay on the stage it goes on from, or on the files of the
 * base image (.ci/tools), its RUN lines run in there by chroot, in a mount namespace of their own. The instructions are the
 * Dockerfile's, word for word.
 */
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { contextFiles } from './docker-ignore.js'
import { argumentOf, lastOf, lineage, pairsOf, type Stage, shellForm } from './dockerfile.js'
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

export interface Build {
  /** The folder with the files that are copied. */
  readonly context: string
  /** For the stages. */
  readonly work: string
  /** `docker build --build-arg`. */
  readonly arguments?: Readonly<Record<string, string>>
  /** What stands for the builder's caches, by their place inside; they are read only. */
  readonly caches?: Readonly<Record<string, string>>
}

/** Where the files that a stage added or changed lie; what it removed from the base is marked there (overlayfs). */
export function layerOf(work: string, stage: string): string {
  return join(work, stage, 'layer')
}

/** What is below a stage of its own, as overlayfs takes it: the nearest first. */
export function lowerLayers(stage: Stage, work: string): string {
  const [, ...parents] = lineage(stage)
  return [...parents.map(({ name }) => layerOf(work, name)), tools.baseImage].join(':')
}

/**
 * Builds those of the stages that are not there yet; each may go on from, and copy from, those before. Rejects with the end
 * of what was printed.
 */
export async function buildStages(stages: readonly Stage[], build: Build): Promise<void> {
  const script = join(build.work, 'build.sh')
  writeFileSync(script, ['set -eu', ...stages.flatMap((stage) => stageScript(stage, build))].join('\n'))
  const building = spawn('unshare', ['-m', '--propagation', 'private', 'bash', script])
  let printed = ''
  const keep = (chunk: Buffer) => {
    printed = `${printed}${chunk}`.slice(-4000)
  }
  building.stdout.on('data', keep)
  building.stderr.on('data', keep)
  const [code] = await once(building, 'close')
  if (code !== 0) throw new Error(`The build ended with ${code}.\n${printed}`)
}

function stageScript(stage: Stage, build: Build): string[] {
  const { context, work } = build
  const folder = join(work, stage.name)
  const root = join(folder, 'root')
  const layer = layerOf(work, stage.name)
  const below = lowerLayers(stage, work)
  const built = `mount -t overlay overlay -o lowerdir=${layer}:${below} ${root}`
  if (existsSync(layer)) return [built]
  const lines = [
    `mkdir -p ${folder}/root ${folder}/work ${layer}`,
    `mount -t overlay overlay -o lowerdir=${below},upperdir=${layer},workdir=${folder}/work ${root}`,
    `mount -t proc proc ${root}/proc`,
  ]
  let folderInside = stage.parent ? lastOf(stage.parent, 'WORKDIR') : '/'
  const given: Record<string, string> = {}
  for (const { keyword, text } of stage.instructions) {
    if (keyword === 'WORKDIR') {
      folderInside = text
      lines.push(`mkdir -p ${root}${text}`)
    }
    if (keyword === 'COPY') lines.push(...copyScript(text, context, work, `${root}${folderInside}`))
    if (keyword === 'ARG') {
      const [name, value] = argumentOf(text)
      given[name] = build.arguments?.[name] ?? value
    }
    if (keyword === 'RUN') {
      const { command, caches } = shellForm(text)
      const run = runScript(command, { ...pairsOf(stage, 'ENV'), ...given }, root, folderInside)
      lines.push(...withCaches(caches, build, root, run))
    }
  }
  // From now on it is only read: overlayfs wants nobody to write into what lies below others.
  return [...lines, `umount ${root}/proc ${root}`, built]
}

function withCaches(caches: readonly string[], build: Build, root: string, run: string): string[] {
  const mounts = caches.map((target) => {
    const kept = build.caches?.[target]
    if (kept === undefined) throw new Error(`There is nothing to stand for the cache ${target}.`)
    return `mkdir -p ${root}${target}; mount -o bind,ro ${kept} ${root}${target}`
  })
  return [...mounts, run, ...caches.map((target) => `umount ${root}${target}`)]
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
function runScript(text: string, variables: Record<string, string>, root: string, folder: string): string {
  const environment = { PATH: imagePath, HOME: '/root', ...variables, ...networkSettings() }
  const settings = Object.entries(environment).map(([name, value]) => quote(`${name}=${value}`))
  const borrowed = [['/etc/resolv.conf', '/etc/resolv.conf'], ['/etc/hosts', '/etc/hosts'], ...networkFiles()] as const
  return [
    '(',
    ...borrowed.map(([own, file]) => `touch ${root}${file}; mount --bind ${own} ${root}${file}`),
    ...(existsSync(userSettings())
      ? [`touch ${root}/root/.npmrc; mount --bind ${userSettings()} ${root}/root/.npmrc`]
      : []),
    `chroot ${root} env -i -C ${folder} ${settings.join(' ')} /bin/sh -c ${quote(text)}`,
    ...borrowed.map(([, file]) => `umount ${root}${file}`),
    ...(existsSync(userSettings()) ? [`umount ${root}/root/.npmrc`] : []),
    ')',
  ].join('\n')
}

const userSettings = () => join(homedir(), '.npmrc')

function networkSettings(): Record<string, string> {
  const entries = Object.entries(process.env).filter(([name]) =>
    /^(https?_proxy|no_proxy|npm_config_registry)$/i.test(name),
  )
  const settings = Object.fromEntries(entries.map(([name, value = '']) => [name, value]))
  return process.env.NODE_EXTRA_CA_CERTS === undefined ? settings : { ...settings, NODE_EXTRA_CA_CERTS: certificates }
}

/** Not where it lies on this machine: Debian's own package would want to write to that place. */
const certificates = '/run/certificates-of-the-builder.pem'

/** Where they lie on this machine, and inside. */
function networkFiles(): (readonly [string, string])[] {
  const own = process.env.NODE_EXTRA_CA_CERTS
  return own === undefined ? [] : [[own, certificates]]
}

export function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}

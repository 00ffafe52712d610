/** What .dockerignore leaves of a folder: the last pattern that fits a path, or a folder above it, decides. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'

/** Paths of files below the folder, with forward slashes. */
export function contextFiles(folder: string, ignoreFile: string): string[] {
  const isIgnored = ignored(ignoreFile)
  const walk = (below: string): string[] =>
    readdirSync(join(folder, below), { withFileTypes: true }).flatMap((entry) => {
      const path = below === '' ? entry.name : `${below}/${entry.name}`
      // Nothing of ours brings a file back from these, and they are large.
      if (/^(\.git|node_modules)$/.test(path)) return isIgnored(path) ? [] : [path]
      if (entry.isDirectory()) return walk(path)
      return isIgnored(path) ? [] : [path]
    })
  return walk('').sort()
}

export function ignored(ignoreFile: string): (path: string) => boolean {
  const rules = ignoreFile
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => ({
      ignores: !line.startsWith('!'),
      pattern: expression(line.replace(/^!/, '').replace(/^\/|\/$/g, '')),
    }))
  return (path) => {
    const parts = path.split('/')
    const ways = parts.map((_, index) => parts.slice(0, index + 1).join('/'))
    return rules.findLast(({ pattern }) => ways.some((way) => pattern.test(way)))?.ignores ?? false
  }
}

function expression(pattern: string): RegExp {
  const source = pattern.replace(/\*\*\/?|[*?]|[.+^${}()|[\]\\]/g, (found) => {
    if (found === '**/') return '(?:.*/)?'
    if (found === '**') return '.*'
    if (found === '*') return '[^/]*'
    if (found === '?') return '[^/]'
    return `\\${found}`
  })
  return new RegExp(`^${source}$`)
}

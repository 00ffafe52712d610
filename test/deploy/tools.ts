/** Where .ci/tools puts what these tests use beyond npm, and what to say where it is missing. */
import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const repository = fileURLToPath(new URL('../..', import.meta.url))

const folder = process.env.REPTILE_TOOLS ?? join(homedir(), '.cache/reptile-serve-tools')

export const tools = {
  hadolint: join(folder, 'venv/bin/hadolint'),
  kubernetesValidate: join(folder, 'venv/bin/kubernetes-validate'),
  kustomize: join(folder, 'bin/kustomize'),
  /** The custom resource definition of the Gateway API's HTTPRoute. */
  httpRoutes: join(folder, 'httproutes.yaml'),
  /** The files of the image that the Dockerfile starts from. */
  baseImage: join(folder, 'base-image'),
  nginx: '/usr/sbin/nginx',
} as const

/** Why a test that needs these cannot run; undefined where it can. */
export function missing(...names: readonly (keyof typeof tools)[]): string | undefined {
  const absent = names.filter((name) => !existsSync(tools[name]))
  if (absent.length === 0) return undefined
  const reason = `There is no ${absent.join(', no ')}; .ci/tools installs it.`
  console.warn(`Skipped: ${reason}`)
  return reason
}

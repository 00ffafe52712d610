/** `npm run generate` writes the types of openapi.yaml; with `--check` it only compares, and fails where they differ. */
import { readFile, writeFile } from 'node:fs/promises'
import openapiTypes, { astToString } from 'openapi-typescript'

const contract = new URL('openapi.yaml', import.meta.url)
const target = new URL('src/http/contract.gen.ts', import.meta.url)
const banner = '/** Generated from openapi.yaml by `npm run generate`; do not edit. */\n'

const types = banner + astToString(await openapiTypes(contract, { defaultNonNullable: false }))

if (process.argv.includes('--check')) {
  const written = await readFile(target, 'utf8').catch(() => '')
  if (written !== types) {
    console.error('src/http/contract.gen.ts does not fit openapi.yaml: run `npm run generate` and keep the result.')
    process.exitCode = 1
  }
} else {
  await writeFile(target, types)
}

/** Drawings of characters as the files they are: what a client sends. */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

export interface Character {
  readonly name: string
  /** Image files in base64. */
  readonly drawings: readonly string[]
}

/** `directory` holds one folder a character. Undefined where there is no such directory. */
export async function readCharacters(directory: string): Promise<Character[] | undefined> {
  const names = await readdir(directory).catch(() => undefined)
  if (!names) return undefined
  const characters: Character[] = []
  // One after the other: all drawings at once are more files than a process may open.
  for (const name of names.sort()) characters.push({ name, drawings: await readDrawings(join(directory, name)) })
  return characters
}

async function readDrawings(folder: string): Promise<string[]> {
  const files = (await readdir(folder)).sort()
  return Promise.all(files.map((file) => readFile(join(folder, file), 'base64')))
}

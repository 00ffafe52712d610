/** Bytes on disks. */
import { mkdirSync } from 'node:fs'
import { statfs } from 'node:fs/promises'
import { SetupError } from './setup-error.js'

/** 273829956 -> "274 MB" */
export function sizeText(bytes: number): string {
  return bytes < 1e9 ? `${Math.ceil(bytes / 1e6)} MB` : `${(bytes / 1e9).toFixed(1)} GB`
}

/** Refuses before hours of copying rather than in the middle. The folder is made where it is missing. */
export async function requireSpace(folder: string, bytes: number): Promise<void> {
  mkdirSync(folder, { recursive: true })
  const { bavail, bsize } = await statfs(folder)
  if (bavail * bsize < bytes)
    throw new SetupError(
      `${folder} needs ${sizeText(bytes)} of disk space and ${sizeText(bavail * bsize)} are free: make room, or for downloads choose another folder with --cache.`,
    )
}

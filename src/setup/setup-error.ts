/** What the user can mend; the message is one sentence that says what is missing and how to get it. */
export class SetupError extends Error {
  override readonly name = 'SetupError'
}

const refusals: Readonly<Record<string, string>> = {
  ENOSPC: 'There is no space left on the disk',
  EDQUOT: 'The disk quota is used up',
  EACCES: 'A file may not be written',
  EPERM: 'A file may not be written',
  EISDIR: 'A folder stands where a file should be',
  ENOTDIR: 'A file stands where a folder should be',
  EROFS: 'The file system is read-only',
}

/** What the file system refuses is for the user to mend, too. */
export function inOneSentence(error: unknown): string | undefined {
  if (error instanceof SetupError) return error.message
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return undefined
  const refusal = refusals[error.code]
  return refusal && `${refusal}: ${error.message}.`
}

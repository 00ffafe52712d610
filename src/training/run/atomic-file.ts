/** Files of a run, and what to do where they cannot be written. */
import { replaceFile as replace } from '../../model/replace-file.js'
import { TrainingError } from '../training-error.js'

/** As the model's own files are replaced. Throws TrainingError where the disk does not take it; the old content stays. */
export async function replaceFile(file: string, content: Uint8Array | string): Promise<void> {
  await replace(file, content).catch((error: unknown) => {
    throw writeFault(error, file)
  })
}

/** Why a file could not be written, in a sentence; what is no fault of the file system is given back as it is. */
export function writeFault(error: unknown, file: string): unknown {
  const code = (error as NodeJS.ErrnoException | undefined)?.code
  if (error instanceof TrainingError || code === undefined) return error
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return new TrainingError(`${file} could not be written, for the disk is full: make room on it and go on.`)
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS')
    return new TrainingError(`${file} may not be written (${code}): change its rights or name another folder.`)
  return new TrainingError(`${file} could not be written (${code}): name another folder or mend this one.`)
}

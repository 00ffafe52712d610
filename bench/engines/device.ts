/** What TensorFlow computes on here. */
import { execFile } from 'node:child_process'
import { cpus } from 'node:os'
import { promisify } from 'node:util'
import { type Found, findLibrary } from '../../src/engine/tensorflow/find-library.js'
import { Unavailable } from '../inner/contender.js'

export interface Device {
  readonly kind: 'cpu' | 'gpu'
  /** Of the processor or the card. */
  readonly name: string
  /** TensorFlow's. */
  readonly version: string
}

/** Throws Unavailable, with the command that sets it up, where there is no TensorFlow. */
export async function findDevice(
  find: () => Promise<Found> = findLibrary,
  nameGpu: () => Promise<string> = askDriver,
): Promise<Device> {
  const found = await find()
  if (found.kind !== 'found') throw new Unavailable(found.reason)
  const { version, gpu } = found
  if (gpu) return { kind: 'gpu', name: await nameGpu(), version }
  return { kind: 'cpu', name: cpus()[0]?.model ?? 'a CPU', version }
}

/** Of several cards the first: TensorFlow computes on that one. */
async function askDriver(): Promise<string> {
  const query = ['--query-gpu=name,driver_version', '--format=csv,noheader']
  const { stdout } = await promisify(execFile)('nvidia-smi', query).catch(() => ({ stdout: '' }))
  return stdout.split('\n', 1).join('').trim() || 'a GPU'
}

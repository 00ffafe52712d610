/** The engine that the settings ask for, or that this machine is best served by. */
import { createHash } from 'node:crypto'
import { accessSync, constants, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { type Config, ConfigError } from './config.js'
import type { Engine } from './engine/engine.js'
import { OnnxEngine } from './engine/onnx/engine.js'
import { TensorflowEngine, type TensorflowSettings } from './engine/tensorflow/engine.js'
import { type Found, findLibrary } from './engine/tensorflow/find-library.js'

export interface ChosenEngine {
  readonly name: 'onnx' | 'tensorflow'
  readonly device: 'cpu' | 'gpu'
  /** Why it is this one. */
  readonly reason: string
}

/** One for adaptations, and one for predictions, so that these never wait for the slices of those. */
export interface Engines {
  readonly chosen: ChosenEngine
  readonly adapting: Engine
  readonly predicting: Engine
}

/** What predicting threads hold a second time, for the clients that ask most: a share of the memory for adapted models. */
const atHandShare = 1 / 16
const mostAtHandBytes = 64 * 2 ** 20
/** So that predictions, which somebody waits for, go before adaptations even where there are fewer cores than threads. */
const adaptingNiceness = 10
/** For what is the same for all clients: the initialization. */
const sharedBytes = 4 * 2 ** 20

/** Throws ConfigError where ENGINE or DEVICE ask for what is not there. `find` looks for TensorFlow. */
export async function chooseEngine(
  { ENGINE, DEVICE }: Pick<Config, 'ENGINE' | 'DEVICE'>,
  find: () => Promise<Found> = findLibrary,
): Promise<ChosenEngine> {
  if (ENGINE === 'onnx') return { name: 'onnx', device: 'cpu', reason: 'ENGINE=onnx' }
  if (ENGINE === 'auto' && DEVICE === 'cpu') return { name: 'onnx', device: 'cpu', reason: 'DEVICE=cpu' }
  const found = await find()
  if (found.kind !== 'found') {
    if (ENGINE === 'auto' && DEVICE === 'auto') return { name: 'onnx', device: 'cpu', reason: found.reason }
    throw new ConfigError(`${asked(ENGINE, DEVICE)}, but ${found.reason}.`)
  }
  const library = `TensorFlow ${found.version}`
  if (found.gpu && DEVICE !== 'cpu') return { name: 'tensorflow', device: 'gpu', reason: `${library} sees a GPU` }
  if (DEVICE === 'gpu') {
    throw new ConfigError(
      `DEVICE=gpu, but ${library} sees no GPU: look whether nvidia-smi shows one here, and whether the libraries for it are there (npm run setup:tensorflow -- --cuda); or leave DEVICE out.`,
    )
  }
  if (ENGINE === 'tensorflow')
    return { name: 'tensorflow', device: 'cpu', reason: `ENGINE=tensorflow (${found.version})` }
  return { name: 'onnx', device: 'cpu', reason: `${library} sees no GPU` }
}

/** `widths`: how many kinds of weights there are to keep, over all models. */
export function createEngines(chosen: ChosenEngine, config: Config, widths: number): Engines {
  if (chosen.name === 'tensorflow') {
    const settings = tensorflowSettings(chosen, config)
    return {
      chosen,
      adapting: TensorflowEngine.create({ ...settings, keptBytes: sharedBytes }),
      predicting: TensorflowEngine.create({ ...settings, keptBytes: config.DEVICE_BYTES / widths }),
    }
  }
  const { WORKERS, PREDICT_WORKERS, HOT_BYTES } = config
  const constantBytes = Math.min(HOT_BYTES * atHandShare, mostAtHandBytes) / PREDICT_WORKERS
  return {
    chosen,
    adapting: OnnxEngine.create({ workers: WORKERS, threads: 1, niceness: adaptingNiceness }),
    predicting: OnnxEngine.create({ workers: PREDICT_WORKERS, threads: 1, constantBytes }),
  }
}

/** A GPU computes empty places nearly for nothing, where it waits for kernels to be launched; a CPU as slowly as others. */
export function clientsACall(
  device: ChosenEngine['device'],
): Pick<TensorflowSettings, 'clients' | 'leastFill' | 'sliceLength'> {
  // On the way to a GPU and back the state of 64 clients is copied for some 60 ms, whatever is computed there (docs/gpu.md).
  if (device === 'gpu') return { clients: [1, 8, 64], leastFill: 1 / 3, sliceLength: 8 }
  return { clients: [1, 8], leastFill: 3 / 4, sliceLength: 1 }
}

function tensorflowSettings(
  { device }: ChosenEngine,
  { DEVICE, DATA_DIR, CACHE_DIR }: Config,
): Omit<TensorflowSettings, 'keptBytes'> {
  return {
    ...clientsACall(device),
    xla: true,
    cacheDir: cacheFolder(join(CACHE_DIR || join(DATA_DIR, 'compiled'), machine())),
    device: DEVICE === 'cpu' ? 'cpu' : 'auto',
  }
}

/** Nowhere if it cannot be written, for then nothing would be compiled at all; nor with a quote, which the library cannot be told. */
function cacheFolder(folder: string): string {
  try {
    mkdirSync(folder, { recursive: true })
    accessSync(folder, constants.W_OK)
    return folder.includes('"') ? '' : folder
  } catch {
    return ''
  }
}

/** What is compiled for one processor, or GPU, may not run on another. */
function machine(): string {
  const names = [cpus()[0]?.model ?? '', ...gpus()]
  return createHash('sha256').update(names.join('\n')).digest('hex').slice(0, 12)
}

/** As NVIDIA's driver names them; empty where there is none, or another system than Linux. */
function gpus(): string[] {
  const folder = '/proc/driver/nvidia/gpus'
  if (!existsSync(folder)) return []
  const texts = readdirSync(folder).map((gpu) => readFileSync(join(folder, gpu, 'information'), 'utf8'))
  return texts.flatMap((text) => /^Model:\s*(.*)$/m.exec(text)?.[1] ?? [])
}

function asked(engine: Config['ENGINE'], device: Config['DEVICE']): string {
  return device === 'gpu' ? 'DEVICE=gpu asks for TensorFlow' : `ENGINE=${engine} asks for TensorFlow`
}

/** `npm run setup:tensorflow`: brings TensorFlow to the installed package @tensorflow/tfjs-node-gpu. */
import { resolve } from 'node:path'
import { Command, CommanderError, Option } from 'commander'
import { install } from './install.js'
import { PackageFolder } from './package-folder.js'
import { supportedProcessor, thisPlatform } from './platform.js'
import { inOneSentence, SetupError } from './setup-error.js'
import { installedVariant } from './stamp.js'
import type { Surroundings } from './surroundings.js'
import { cacheFolder, WheelCache } from './wheel-cache.js'

interface Options {
  readonly cpu?: boolean
  readonly cuda?: boolean
  readonly from?: string
  readonly wheel?: string
  readonly cache: string
}

const help = `
Examples:
  npm run setup:tensorflow                                      for this machine's processor
  npm run setup:tensorflow -- --cuda                            for NVIDIA GPUs, too
  npm run setup:tensorflow -- --from venv/lib/python3.12/site-packages
  npm run setup:tensorflow -- --wheel tensorflow_cpu-2.21.0-cp311-cp311-manylinux_2_27_x86_64.whl`

const program = new Command('npm run setup:tensorflow --')
  .description('Set up TensorFlow for the engine "tensorflow": fetch it, unpack it, compile its binding, try it out.')
  .option('--cpu', 'for processors: 0.3 GB to download, 0.9 GB on disk (the default, unless the other is there)')
  .addOption(
    new Option('--cuda', 'for NVIDIA GPUs: 3.4 GB to download, 5.7 GB on disk; runs without a GPU, too').conflicts(
      'cpu',
    ),
  )
  .addOption(
    new Option('--from <folder>', 'take the TensorFlow in a folder: site-packages, or an unpacked wheel').conflicts(
      'wheel',
    ),
  )
  .option('--wheel <file>', 'take this wheel of tensorflow-cpu or tensorflow instead of downloading it')
  .addOption(
    new Option('--cache <folder>', 'where downloads are kept').default(
      cacheFolder(process.env),
      '~/.cache/reptile-serve',
    ),
  )
  .addHelpText('after', help)
  .exitOverride()
  .configureOutput({
    outputError: (text, write) => {
      const said = text
        .replace(/^error: /, '')
        .trim()
        .replaceAll(/\s*\n\s*/g, ' ')
      write(`${said.replace(/^./, (letter) => letter.toUpperCase())} (--help shows what there is)\n`)
    },
  })

const interrupt = new AbortController()
// One Ctrl-C arrives more than once: from the terminal and from npm. What is under way ends and removes what it has begun.
for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
] as const)
  process.on(signal, () => {
    process.exitCode = code
    interrupt.abort()
  })

try {
  const options = program.parse().opts<Options>()
  const around: Surroundings = {
    env: process.env,
    signal: interrupt.signal,
    say: (line) => console.log(line),
    isWatched: process.stdout.isTTY === true,
  }
  const swallowed = ['cuda', 'wheel', 'from'].find((name) => process.env[`npm_config_${name}`] !== undefined)
  if (swallowed)
    throw new SetupError(
      `npm has kept --${swallowed} for itself: npm run setup:tensorflow -- --${swallowed} passes it on.`,
    )
  const folder = PackageFolder.find(process.cwd())
  const asked = options.cuda ? 'cuda' : options.cpu ? 'cpu' : undefined
  await install(
    folder,
    { ...options, variant: asked ?? installedVariant(folder) ?? 'cpu' },
    supportedProcessor(thisPlatform()),
    new WheelCache(resolve(options.cache), around),
    around,
  )
} catch (error) {
  if (interrupt.signal.aborted) console.error('Interrupted; what was begun has been removed.')
  else if (error instanceof CommanderError) process.exitCode = error.exitCode
  else {
    console.error(inOneSentence(error) ?? error)
    process.exitCode = 1
  }
}

/** The options that make up the settings of a run: a preset, a settings file over it, flags over both. */
import { readFile } from 'node:fs/promises'
import type { Command } from 'commander'
import { presets } from '../training/presets.js'
import {
  assignment,
  checkedSettings,
  merged,
  nested,
  parseJson,
  type SettingsPart,
} from '../training/run/read-settings.js'
import type { RunSettings } from '../training/settings.js'
import { TrainingError } from '../training/training-error.js'
import { collected, count, positive, whole } from './arguments.js'

export interface RunOptions {
  readonly settings?: string
  readonly model?: string
  readonly set?: readonly string[]
  readonly [flag: string]: unknown
}

interface Flag {
  readonly flags: string
  readonly about: string
  /** In the settings. */
  readonly path: string
  readonly read?: (text: string) => unknown
}

const flags: readonly Flag[] = [
  { flags: '--data <path>', path: 'data.path', about: 'folder or file to learn from' },
  {
    flags: '--kind <kind>',
    path: 'data.kind',
    about: 'what the data are: images, mini-imagenet, csv, regression-csv, sine or glyphs',
  },
  { flags: '--label <column>', path: 'data.label', about: 'the column of classes in a CSV file' },
  {
    flags: '--hold-out <n>',
    path: 'data.split.validation',
    about: 'classes that only measure the training',
    read: whole,
  },
  { flags: '--name <name>', path: 'model.name', about: 'what the trained model will be called' },
  { flags: '--head <kind>', path: 'model.head', about: 'where heads start: prototypes or shared', read: head },
  { flags: '--iterations <n>', path: 'meta.iterations', about: 'meta-iterations', read: count },
  { flags: '--tasks <n>', path: 'meta.tasksPerStep', about: 'tasks of a meta-iteration', read: count },
  { flags: '--ways <n>', path: 'meta.ways', about: 'classes of a training task', read: whole },
  { flags: '--shots <n>', path: 'meta.shots', about: 'examples of each of them', read: count },
  { flags: '--batch <n>', path: 'meta.batch', about: 'examples of an inner step; 0: all', read: whole },
  { flags: '--steps <n>', path: 'meta.steps', about: 'inner steps', read: count },
  { flags: '--rate <x>', path: 'meta.learningRate', about: 'learning rate of the inner steps', read: positive },
  { flags: '--meta-step <x>', path: 'meta.metaStep', about: 'meta-step of the first iteration', read: positive },
  { flags: '--seed <n>', path: 'seed', about: 'of everything that is random', read: whole },
]

export function addRunOptions(command: Command): Command {
  command
    .option('--settings <file>', 'settings of a run as JSON; flags go over them')
    .option('--model <preset>', "another preset's network and inner loop")
  for (const { flags: text, about, read } of flags)
    read ? command.option(text, about, read) : command.option(text, about)
  return command.option('--set <path=value>', 'any other setting, such as meta.outer.type=adam', collected)
}

export const presetHelp = `
Presets:
${Object.entries(presets)
  .map(([name, { about }]) => `  ${name.padEnd(20)} ${about}`)
  .join('\n')}`

/** Throws TrainingError where they are not whole. */
export async function runSettings(preset: string | undefined, options: RunOptions): Promise<RunSettings> {
  if (preset === undefined && options.settings === undefined)
    throw new TrainingError(`Name what to train, ${namesOf()}, or a settings file with --settings.`)
  const file = options.settings
  const parts = [
    preset === undefined ? {} : settingsOf(preset),
    file === undefined ? {} : parseJson(await readSettings(file), file),
    given(options),
  ]
  return checkedSettings(parts.reduce(merged))
}

/** `settings` with flags over them. Throws TrainingError. */
export function withFlags(settings: RunSettings, options: RunOptions): RunSettings {
  return checkedSettings(merged(settings, given(options)))
}

/** What flags ask for. */
export function given(options: RunOptions): SettingsPart {
  const fromModel = options.model === undefined ? {} : { model: settingsOf(options.model).model }
  const fromFlags = flags.map(({ flags: text, path }) => {
    const value = options[camelCase(text)]
    return value === undefined ? {} : nested(path, value)
  })
  return [fromModel, ...fromFlags, ...(options.set ?? []).map(assignment)].reduce<SettingsPart>(merged, {})
}

function settingsOf(name: string): SettingsPart {
  const preset = presets[name]
  if (!preset) throw new TrainingError(`There is no preset ${name}: name ${namesOf()}.`)
  return { ...preset.settings }
}

function namesOf(): string {
  const names = Object.keys(presets)
  return `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`
}

async function readSettings(file: string): Promise<string> {
  return readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new TrainingError(`The settings file ${file} cannot be read (${error.code}): name one that can.`)
  })
}

/** Plain: whatever else the preset's head has is taken away. */
function head(kind: string): SettingsPart {
  return kind === 'prototypes' ? { kind, scale: 0.3, gaussian: null } : { kind }
}

/** As commander does it: "--meta-step <x>" is metaStep. */
function camelCase(text: string): string {
  const [name = ''] = text.slice(2).split(' ')
  return name.replaceAll(/-(.)/g, (_, letter: string) => letter.toUpperCase())
}

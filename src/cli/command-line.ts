/** All commands, with what each of them takes. */
import { Command } from 'commander'
import { version } from '../version.js'
import { compareCommand } from './compare.js'
import { evaluateCommand } from './evaluate.js'
import { inspectCommand } from './inspect.js'
import { serveCommand } from './serve.js'
import { trainCommand } from './train.js'
import { tuneCommand } from './tune.js'

/** `parseAsync` runs a command; it throws CommanderError where the arguments are wrong or help was asked for. */
export function commandLine(): Command {
  const program = new Command('reptile-serve')
    .description('Few-shot learning: meta-train an initialization on your own data, measure it, serve it.')
    .version(version)
    .addHelpText('after', examples)
  for (const command of [
    trainCommand(),
    evaluateCommand(),
    compareCommand(),
    tuneCommand(),
    inspectCommand(),
    serveCommand(),
  ])
    program.addCommand(command)
  for (const command of [program, ...program.commands]) sayInOneSentence(command)
  return program
}

const examples = `
Examples:
  reptile-serve train glyphs                                     a quick try, without any data
  reptile-serve train omniglot-conv4 --data images/              a folder of images a class
  reptile-serve evaluate --model omniglot-conv4 --data images/   how well it does on these
  reptile-serve serve                                            the shipped models, over HTTP

"reptile-serve COMMAND --help" shows more of each.`

function sayInOneSentence(command: Command): void {
  const path = command.parent ? `reptile-serve ${command.name()}` : 'reptile-serve'
  command.exitOverride().configureOutput({
    outputError: (text, write) => {
      const said = text
        .replace(/^error: /, '')
        .trim()
        .replaceAll(/\s*\n\s*/g, ' ')
      write(`${said.replace(/^./, (letter) => letter.toUpperCase())} (${path} --help shows what there is)\n`)
    },
  })
}

/** `reptile-serve serve`: the server, as `npm start` starts it. */
import { Command } from 'commander'
import { configHelp } from '../config.js'

const help = `
Examples:
  reptile-serve serve                                   the shipped models, on port 8080
  PORT=9000 reptile-serve serve
  MODELS_DIR=runs/signs/model DEFAULT_MODEL=signs reptile-serve serve
                                                        a model that "reptile-serve train" has made
`

export function serveCommand(): Command {
  return new Command('serve')
    .description('serve models over HTTP; the environment configures the server')
    .addHelpText('after', () => `${help}\n${configHelp()}`)
    .action(async () => {
      // The server's own entry reads the arguments behind its name, where nothing of ours may stand.
      process.argv.splice(2)
      await import('../main.js')
    })
}

/** Commands as processes: what they print, and that a fault is one sentence. */
import { describe, expect, test } from 'vitest'
import { commandLine } from '../../src/cli/command-line.js'
import { CommandProcess } from './command.js'

describe('a command', () => {
  test.each(['train', 'evaluate', 'compare', 'tune', 'inspect', 'serve'])(
    '%s explains itself with examples',
    (name) => {
      const command = commandLine().commands.find((one) => one.name() === name)
      const written: string[] = []
      command?.configureOutput({ writeOut: (text) => written.push(text) }).outputHelp()
      expect(written.join('')).toContain(`Usage: reptile-serve ${name}`)
      expect(written.join('')).toMatch(/Examples:\n( {2}.*reptile-serve )/)
    },
  )

  test('evaluate --json prints one line with accuracy or error, and interval, for each protocol', async () => {
    const argv = ['evaluate', '--model', 'sine-mlp', '--shots', '10', '--episodes', '5', '--workers', '1', '--json']
    const { code, output, errors } = await new CommandProcess(...argv).ended
    expect({ code, errors }).toEqual({ code: 0, errors: '' })
    expect(output.trim().split('\n')).toHaveLength(1)
    const { protocols } = JSON.parse(output)
    for (const name of ['transductive', 'one-query', 'served'])
      expect(protocols[name]).toMatchObject({ error: expect.any(Number), interval: expect.any(Number) })
  })

  test('inspect prints what a shipped model is', async () => {
    const { output } = await new CommandProcess('inspect', 'omniglot-conv4', '--json').ended
    expect(JSON.parse(output).model).toMatchObject({ name: 'omniglot-conv4', task: 'classification' })
  })

  test.each([
    [['evaluate', '--modl', 'x'], /^Unknown option '--modl' \(Did you mean --model\?\)/],
    [['train', 'glyphs', '--iterations', 'many'], /^Option '--iterations <n>' argument 'many' is invalid/],
    [['inspect', 'nothing'], /^There is no model nothing: name the folder/],
  ])('%s fails with one sentence', async (argv, sentence) => {
    const { code, output, errors } = await new CommandProcess(...argv).ended
    expect({ code, output }).toEqual({ code: 1, output: '' })
    expect(errors).toMatch(sentence)
    expect(errors.trim().split('\n')).toHaveLength(1)
  })
})

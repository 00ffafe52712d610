/** Commands as processes: what they print, and that a fault is one sentence. */
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
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

  test('inspect counts what was learned', async () => {
    const { output } = await new CommandProcess('inspect', 'omniglot-conv4').ended
    // Four convolutions of 3 x 3 without bias, 64 scales and shifts behind each.
    expect(output).toContain(`parameters  ${9 * 64 + 3 * 9 * 64 * 64 + 4 * 2 * 64}\n`)
  })

  test('compare --scratch takes a learning rate', async () => {
    const argv = ['compare', '--model', 'sine-mlp', '--scratch', 'sgd', '--scratch-rate', '0.0123', '--steps', '0,1']
    const { code, output, errors } = await new CommandProcess(...argv, '--episodes', '2', '--workers', '1', '--json')
      .ended
    expect({ code, errors }).toEqual({ code: 0, errors: '' })
    expect(JSON.parse(output).rows[1]).toMatchObject({ name: 'scratch, sgd', learningRate: 0.0123 })
  })

  test('train that cannot begin names no folder and leaves none', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'reptile-begin-'))
    onTestFinished(() => rm(folder, { recursive: true, force: true }))
    const argv = [
      'train',
      'omniglot-conv4',
      '--data',
      '/nowhere',
      '--workers',
      '1',
      '--out',
      join(folder, 'runs', 'one'),
    ]
    expect(await new CommandProcess(...argv).ended).toMatchObject({
      code: 1,
      output: '',
      errors: 'The data folder /nowhere cannot be read (ENOENT): name a folder that can.\n',
    })
    expect(await readdir(folder)).toEqual([])
  })

  test('tune asks about as many points as functions have beside the shots', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'reptile-tune-'))
    onTestFinished(() => rm(folder, { recursive: true, force: true }))
    const file = join(folder, 'curves.csv')
    const rows = Array.from({ length: 60 }, (_, i) => `c${i % 5},${i / 60},${Math.sin(i)}`)
    await writeFile(file, `curve,x,y\n${rows.join('\n')}\n`)
    const data = [
      '--kind',
      'regression-csv',
      '--data',
      file,
      '--set',
      'data.group=curve',
      '--set',
      'data.targets=["y"]',
    ]
    const short = ['--hold-out', '1', '--shots', '8', '--iterations', '1', '--folds', '2', '--episodes', '2']
    const argv = ['tune', 'sine-mlp', ...data, ...short, '--try', 'meta.metaStep=[1]', '--workers', '1', '--json']
    const { code, output } = await new CommandProcess(...argv).ended
    expect(code).toBe(0)
    expect(JSON.parse(output)).toMatchObject({ mean: expect.any(Number) })
  })

  test('evaluate reads another table by the columns of the run, and sets nothing but data', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'reptile-table-'))
    onTestFinished(() => rm(folder, { recursive: true, force: true }))
    const rows = Array.from({ length: 60 }, (_, i) => `kind ${i % 6},${i % 7},${(i * i) % 11}`)
    const [file, other] = [join(folder, 'rows.csv'), join(folder, 'other.csv')]
    for (const name of [file, other]) await writeFile(name, `kind,a,b\n${rows.join('\n')}\n`)
    const tasks = ['--ways', '3', '--shots', '2']
    const out = ['--hold-out', '0', '--iterations', '1', '--out', join(folder, 'run'), '--workers', '1']
    const trained = await new CommandProcess('train', 'csv-mlp', '--data', file, '--label', 'kind', ...tasks, ...out)
      .ended
    expect(trained).toMatchObject({ code: 0, errors: '' })
    const asked = [
      'evaluate',
      '--model',
      join(folder, 'run'),
      '--data',
      other,
      ...tasks,
      '--episodes',
      '2',
      '--workers',
      '1',
    ]
    expect(await new CommandProcess(...asked).ended).toMatchObject({ code: 0, errors: '' })
    expect((await new CommandProcess(...asked, '--set', 'model.head.scale=1').ended).errors).toBe(
      '--set model... is no setting of the data, which alone can be set here: what a model is, its model.json says.\n',
    )
  })

  test('evaluate says that images are in a folder where a file is named', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'reptile-file-'))
    onTestFinished(() => rm(folder, { recursive: true, force: true }))
    const file = join(folder, 'images.csv')
    await writeFile(file, '')
    const { code, errors } = await new CommandProcess('evaluate', '--model', 'omniglot-conv4', '--data', file).ended
    expect({ code, errors }).toEqual({
      code: 1,
      errors: `${file} is no folder: name one that holds a folder of images for each class.\n`,
    })
  })

  test.each([
    [['compare', '--model', 'sine-mlp', '--scratch-rate', '0.1'], /^--scratch-rate is of training from scratch: name/],
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

/** Setups that are cut short, as processes of their own. */
import { readdirSync } from 'node:fs'
import { expect, test } from 'vitest'
import { compilers, MadeProject } from './made-package.js'
import { cpuWheel, gpuWheel, makeWheel, tensorflowFiles } from './made-wheel.js'
import { SetupProcess } from './setup-process.js'

/** Stopped in the middle: unpacked, and compiling for ever. */
async function compiling(made: MadeProject, wheel: string): Promise<SetupProcess> {
  made.tools({ compiler: compilers.endless })
  const setup = new SetupProcess(made.root, made.env, '--wheel', wheel)
  await setup.until('Compiling')
  return setup
}

const partial = (made: MadeProject) => readdirSync(made.packageRoot).filter((name) => name.includes('partial'))

test.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)('%s removes what was begun, and leaves what was there', async (signal, code) => {
  const made = new MadeProject()
  const before = new SetupProcess(
    made.root,
    made.env,
    '--wheel',
    await makeWheel(made.root, cpuWheel, tensorflowFiles()),
  )
  expect(await before.ended()).toMatchObject({ code: 0 })
  const installed = made.installed()

  const setup = await compiling(made, await makeWheel(made.root, gpuWheel, tensorflowFiles()))
  setup.kill(signal)
  // One Ctrl-C arrives more than once.
  setup.kill(signal)
  expect(await setup.ended()).toMatchObject({ code, errors: 'Interrupted; what was begun has been removed.\n' })
  expect(partial(made)).toEqual([])
  expect(made.installed()).toEqual(installed)
})

test('what a killed one left is removed by the next, which starts clean', async () => {
  const made = new MadeProject()
  const wheel = await makeWheel(made.root, cpuWheel, tensorflowFiles())
  const setup = await compiling(made, wheel)
  setup.kill('SIGKILL')
  await setup.ended()
  expect(partial(made)).toHaveLength(1)

  made.tools({ compiler: compilers.good })
  const next = new SetupProcess(made.root, made.env, '--wheel', wheel)
  expect(await next.ended()).toMatchObject({ code: 0, errors: '' })
  expect(partial(made)).toEqual([])
  expect(made.installed()).toContain('deps/reptile-serve.json')
})

/** Signals to a process of its own: what one Ctrl-C sends comes more than once. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as after } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const interrupts = fileURLToPath(new URL('../../src/cli/interrupts.ts', import.meta.url))
const program = `
const { Interrupts } = await import(${JSON.stringify(interrupts)})
const interrupts = new Interrupts((signal) => console.log('said ' + signal))
interrupts.signal.addEventListener('abort', () => setTimeout(() => process.exit(interrupts.exitCode), 3000))
setInterval(() => {}, 1000)
console.log('ready')
`

async function signalled(...pauses: readonly number[]) {
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', program])
  let text = ''
  child.stdout.on('data', (data) => {
    text += data
  })
  while (!text.includes('ready')) await once(child.stdout, 'data')
  for (const pause of pauses) {
    await after(pause)
    child.kill('SIGINT')
  }
  const [code, signal] = await once(child, 'exit')
  return { text, code, signal }
}

test('that come together are one, which lets the work end in good order', async () => {
  const { text, code } = await signalled(0, 20, 50)
  expect(text).toBe('ready\nsaid SIGINT\n')
  expect(code).toBe(130)
})

test('of which the second comes later end the process at once', async () => {
  expect(await signalled(0, 600)).toMatchObject({ code: null, signal: 'SIGINT' })
})

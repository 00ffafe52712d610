/** Downloads are believed by their hash alone. */
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Pin } from '../../src/setup/pins.js'
import { findPython, pipArguments } from '../../src/setup/pip.js'
import { WheelCache } from '../../src/setup/wheel-cache.js'
import { MadeProject, pythons } from './made-package.js'

const pin = (file: string, text: string): Pin => ({
  file: `${file}-1.0-py3-none-manylinux_2_27_x86_64.whl`,
  sha256: createHash('sha256').update(text).digest('hex'),
  bytes: text.length,
})

/** An index that offers these files. */
function offering(...wheels: readonly (readonly [Pin, string])[]): MadeProject {
  const made = new MadeProject()
  made.tools({ python: pythons.good })
  for (const [{ file }, text] of wheels) writeFileSync(join(made.offered, file), text)
  return made
}

const fetched = (made: MadeProject, ...pins: readonly Pin[]) =>
  new WheelCache(made.cache, made.around).fetch(pins, () => findPython(made.around))

test('a wheel is downloaded once', async () => {
  const [a, b] = [pin('a', 'one'), pin('b', 'two')]
  const made = offering([a, 'one'], [b, 'two'])
  const paths = await fetched(made, a, b)
  expect(paths.map((path) => readFileSync(path, 'utf8'))).toEqual(['one', 'two'])
  made.tools({})
  expect(await fetched(made, a, b)).toEqual(paths)
  expect(made.said).toHaveLength(2)
})

test('one that is damaged in the cache is downloaded again', async () => {
  const a = pin('a', 'one')
  const made = offering([a, 'one'])
  const [path = ''] = await fetched(made, a)
  writeFileSync(path, 'on')
  await fetched(made, a)
  expect(readFileSync(path, 'utf8')).toBe('one')
  expect(made.said[1]).toBe(`${a.file} is damaged in the cache and is downloaded again.`)
})

test('another file than the pinned one is refused, and not kept', async () => {
  const a = pin('a', 'one')
  const made = offering([a, 'something else'])
  await expect(fetched(made, a)).rejects.toThrow(`What pip downloaded as ${a.file} is another file than the pinned one`)
  expect(readdirSync(made.cache)).toEqual([])
})

test('what pip is asked for, where the wheel is for one Python and where it is for all', () => {
  const arguments_ = (file: string) => pipArguments({ file, sha256: 'ab', bytes: 1 }, 'folder')
  const one = arguments_('tensorflow_cpu-2.21.0-cp312-cp312-manylinux_2_27_x86_64.whl')
  expect(one.requirement).toBe('tensorflow-cpu==2.21.0 --hash=sha256:ab\n')
  expect(one.args.join(' ')).toMatch(/ --abi cp312 --python-version 312 --platform manylinux_2_27_x86_64$/)
  const all = arguments_('nvidia_cuda_nvcc_cu12-12.9.86-py3-none-manylinux2010_x86_64.manylinux_2_12_x86_64.whl')
  expect(all.args.join(' ')).toMatch(
    / --abi cp311 .* --platform manylinux2010_x86_64 --platform manylinux_2_12_x86_64$/,
  )
})

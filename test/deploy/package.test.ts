/** package.json, as npm reads it. */
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

const read = (name: string) => readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8')

test('no command leans on a pre or post script, which npm leaves out where install scripts are off', () => {
  expect(read('.npmrc')).toContain('ignore-scripts=true')
  const scripts = Object.keys(JSON.parse(read('package.json')).scripts)
  expect(scripts).toContain('start')
  expect(scripts.filter((name) => scripts.some((other) => name === `pre${other}` || name === `post${other}`))).toEqual(
    [],
  )
})

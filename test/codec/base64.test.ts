import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decodeBase64 } from '../../src/codec/base64.js'

const bytesOf = (text: string) => Uint8Array.from(decodeBase64(text))

test('every way to write the same bytes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), fc.integer({ min: 1, max: 80 }), (bytes, width) => {
      const plain = Buffer.from(bytes).toString('base64')
      const inLines = plain.match(new RegExp(`.{1,${width}}`, 'g'))?.join('\r\n') ?? ''
      const urlSafe = Buffer.from(bytes).toString('base64url')
      for (const text of [plain, inLines, `${plain}\n`, urlSafe, `data:image/png;base64,${plain}`]) {
        expect(bytesOf(text)).toEqual(bytes)
      }
    }),
    { seed: 1, numRuns: 200 },
  )
})

test.each([
  '$$$$',
  'A',
  'AAAAA',
  'a===',
  'AA=A',
  'AAA=AAAA',
  '=',
  'data:image/png,abcd',
  'data:;base64,?',
  'A\u0141AA',
])('%j is not base64', (text) => expect(() => decodeBase64(text)).toThrow('This is not base64'))

/** Nothing that is put into a page can get out of its place. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { html, named } from '../../../src/training/report/html.js'

const pieces = fc
  .array(
    fc.constantFrom(
      '<',
      '>',
      '"',
      "'",
      '&',
      '&lt;',
      '&#39',
      '</script',
      '\0',
      '\u009f',
      '\n',
      'a',
      'é',
      '漢',
      '\u{1f600}',
    ),
  )
  .map((parts) => parts.join(''))

test('what is put in is escaped, in text and in attributes', () => {
  const name = `<script>alert("1")</script>' & co`
  expect(html`<p title="${name}">${name}</p>`.text).toBe(
    '<p title="&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&#39; &amp; co">&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&#39; &amp; co</p>',
  )
})

test('parts made here stay what they are; undefined and false show nothing, 0 does', () => {
  expect(html`<ul>${[1, 2].map((i) => html`<li>${i}</li>`)}${undefined}${false}${0}</ul>`.text).toBe(
    '<ul><li>1</li><li>2</li>0</ul>',
  )
})

test('whatever the string, no mark-up comes of it, and a reader sees the same characters', () => {
  fc.assert(
    fc.property(pieces, (text) => {
      const escaped = html`${text}`.text
      expect(escaped).not.toMatch(/[<>"']|&(?!(amp|lt|gt|quot|#39);)/)
      const read = escaped
        .replaceAll('&lt;', '<')
        .replaceAll('&gt;', '>')
        .replaceAll('&quot;', '"')
        .replaceAll('&#39;', "'")
        .replaceAll('&amp;', '&')
      expect(read).toBe(text.replace(/[^\P{Cc}\t\n\r]/gu, '\ufffd'))
    }),
  )
})

test('a name that turns the direction of writing is kept apart from what stands around it', () => {
  expect(named('\u202eabc').text).toBe('<bdi>\u202eabc</bdi>')
  expect(named('a/<b>').text).toBe('<bdi>a/<wbr>&lt;b&gt;</bdi>')
  expect(named('').text).toBe('<bdi>(no name)</bdi>')
})

/** HTML that is safe by construction: whatever is put into the template is escaped, unless it is HTML from here itself. */

export class Html {
  constructor(readonly text: string) {}
}

/** Nothing is shown for undefined and false. */
export type Content = Html | string | number | undefined | false | readonly Content[]

/** Attributes must be in quotes. Nothing may be put inside of script and style elements but with `trusted`. */
export function html(parts: TemplateStringsArray, ...contents: readonly Content[]): Html {
  return new Html(parts.reduce((text, part, i) => text + render(contents[i - 1]) + part))
}

/** Text that this folder itself has written. */
export function trusted(text: string): Html {
  return new Html(text)
}

/** A name from the data: whatever its direction of writing, it leaves the text around it alone. A path may be broken at its slashes. */
export function named(name: string): Html {
  const parts = name.split('/').map((part, i) => (i === 0 ? html`${part}` : html`/<wbr>${part}`))
  return html`<bdi>${name === '' ? '(no name)' : parts}</bdi>`
}

function render(content: Content): string {
  if (content === undefined || content === false) return ''
  if (content instanceof Html) return content.text
  if (typeof content === 'object') return content.map(render).join('')
  return escaped(String(content))
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** Control characters, which HTML has no place for, become the mark of what cannot be shown. */
function escaped(text: string): string {
  return text.replace(/[^\P{Cc}\t\n\r]/gu, '\ufffd').replace(/[&<>"']/g, (c) => entities[c] ?? c)
}

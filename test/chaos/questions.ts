/** Operations as requests. */
import type { Question } from './ask.js'
import { type Content, type Example, settingsOf } from './content.js'
import type { Operation } from './value.js'

/** `asForm`: a form says the same, and another part of the server reads it. */
export function writing(id: string, operation: Operation, asForm: boolean): Question {
  switch (operation.kind) {
    case 'delete':
      return { method: 'DELETE', path: `/adaptations/${id}` }
    case 'add': {
      const { examples } = operation
      return { method: 'POST', path: `/adaptations/${id}/examples`, body: asForm ? formOf(examples) : { examples } }
    }
    case 'put':
      return asForm ? puttingForm(id, operation.content) : puttingJson(id, operation.content)
  }
}

export function predicting(id: string, inputs: readonly Example['input'][]): Question {
  return { method: 'POST', path: '/predict', body: { id, inputs, topK: 100 } }
}

function puttingJson(id: string, content: Content): Question {
  return { method: 'POST', path: '/adapt', body: { id, ...settingsOf(content), examples: content.examples } }
}

function puttingForm(id: string, content: Content): Question {
  const settings = Object.entries({ id, ...settingsOf(content) }).map(([name, value]): [string, string] => [
    name,
    String(value),
  ])
  return { method: 'POST', path: `/adapt?${new URLSearchParams(settings)}`, body: formOf(content.examples) }
}

function formOf(examples: readonly Example[]): FormData {
  const form = new FormData()
  for (const { label, target, input } of examples) {
    const name = label ?? target?.join() ?? ''
    if ('image' in input)
      form.append(name, new Blob([Buffer.from(input.image, 'base64')], { type: 'image/png' }), 'drawing.png')
    else form.append(name, input.values.join())
  }
  return form
}

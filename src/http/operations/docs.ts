/** GET /docs: the contract as a page (Swagger UI), all of which comes from this server. */
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type { RequestHandler } from 'express'
import { fileRoute, sendTagged } from './file-route.js'
import { pageHeaders } from './security-headers.js'

const swagger = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'))

/** Addresses are relative, so that the page works behind a gateway that puts a prefix before them. */
const page = Buffer.from(`<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>reptile-serve</title>
    <link rel="icon" type="image/png" href="docs/favicon-32x32.png">
    <link rel="stylesheet" href="docs/swagger-ui.css">
    <script defer src="docs/swagger-ui-bundle.js"></script>
    <script defer src="docs/start.js"></script>
  </head>
  <body>
    <noscript>This page needs JavaScript; <a href="openapi.yaml">openapi.yaml</a> says the same without.</noscript>
    <main id="contract"></main>
  </body>
</html>
`)

/** A file of its own, because the page's policy runs no script inside it. No validator: it would ask another server. */
const start = Buffer.from(
  "SwaggerUIBundle({ url: 'openapi.yaml', dom_id: '#contract', deepLinking: true, validatorUrl: null })\n",
)

/** Handlers of GET by path. `contract`: where openapi.yaml lies. */
export function docsRoutes(contract: string): ReadonlyMap<string, RequestHandler> {
  const html = 'text/html; charset=utf-8'
  const javascript = 'text/javascript; charset=utf-8'
  return new Map<string, RequestHandler>([
    ['/openapi.yaml', fileRoute(contract, 'application/yaml; charset=utf-8')],
    [
      '/docs',
      (request, response, next) => {
        // Express takes /docs/ for /docs, but relative addresses mean something else there.
        if (request.path.endsWith('/')) return response.redirect(308, '../docs')
        pageHeaders(request, response, (error) => {
          if (error) return next(error)
          sendTagged(response, page, html)
        })
      },
    ],
    ['/docs/start.js', (_request, response) => sendTagged(response, start, javascript)],
    ['/docs/swagger-ui-bundle.js', fileRoute(join(swagger, 'swagger-ui-bundle.js'), javascript)],
    ['/docs/swagger-ui.css', fileRoute(join(swagger, 'swagger-ui.css'), 'text/css; charset=utf-8')],
    ['/docs/favicon-32x32.png', fileRoute(join(swagger, 'favicon-32x32.png'), 'image/png')],
  ])
}

/** What browsers are told: answers are data, never pages, and belong to nobody's frame; the few pages load only what is ours. */
import helmet from 'helmet'

/**
 * HTTPS is the gateway's affair, so there is no Strict-Transport-Security and no upgrade of plain requests. Left out, too,
 * is what only browsers of the past or pages understand.
 */
const common: Parameters<typeof helmet>[0] = {
  strictTransportSecurity: false,
  xDownloadOptions: false,
  xPermittedCrossDomainPolicies: false,
  xXssProtection: false,
  xDnsPrefetchControl: false,
  originAgentCluster: false,
  xFrameOptions: { action: 'deny' },
}

/** For every answer; about 2 us. */
export const answerHeaders = helmet({
  ...common,
  crossOriginOpenerPolicy: false,
  contentSecurityPolicy: {
    useDefaults: false,
    directives: { 'default-src': ["'none'"], 'frame-ancestors': ["'none'"] },
  },
})

/** For a page, in place of those: scripts, styles and images from this server, and requests to it. */
export const pageHeaders = helmet({
  ...common,
  contentSecurityPolicy: {
    useDefaults: false,
    directives: {
      'default-src': ["'none'"],
      'script-src': ["'self'"],
      // Swagger UI sets styles on its elements and carries its icons inside its style sheet.
      'style-src': ["'self'", "'unsafe-inline'"],
      'img-src': ["'self'", 'data:'],
      'connect-src': ["'self'"],
      'form-action': ["'self'"],
      'base-uri': ["'none'"],
      'frame-ancestors': ["'none'"],
    },
  },
})

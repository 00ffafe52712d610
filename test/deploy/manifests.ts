/** What kustomize makes of a folder: the objects, and those of their members that the tests look at. */
import { execFileSync } from 'node:child_process'
import { parseAllDocuments } from 'yaml'
import { z } from 'zod'
import { tools } from './tools.js'

export function render(folder: string): string {
  return execFileSync(tools.kustomize, ['build', folder], { encoding: 'utf8' })
}

const labels = z.record(z.string(), z.string())
const object = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({ name: z.string(), namespace: z.string().optional(), labels: labels.optional() }),
})

export type KubernetesObject = z.infer<typeof object>

export function objectsIn(rendered: string): KubernetesObject[] {
  return parseAllDocuments(rendered).map((document) => object.parse(document.toJS()))
}

/** The only one of its kind, with the members that the schema names. */
export function only<T extends z.ZodType>(objects: readonly KubernetesObject[], kind: string, schema: T): z.infer<T> {
  const found = objects.filter((one) => one.kind === kind)
  if (found.length !== 1) throw new Error(`There are ${found.length} objects of kind ${kind}, one was expected.`)
  return schema.parse(found[0])
}

const name = z.object({ name: z.string() })
const meta = z.looseObject({ name: z.string(), labels: labels.optional() })

const probe = z.looseObject({
  httpGet: z.object({ path: z.string(), port: z.string() }),
  periodSeconds: z.number(),
  failureThreshold: z.number(),
})

const container = z.looseObject({
  name: z.string(),
  image: z.string(),
  ports: z.array(z.object({ name: z.string(), containerPort: z.number() })),
  envFrom: z.array(z.object({ configMapRef: name })),
  env: z.array(
    z.object({
      name: z.string(),
      value: z.string().optional(),
      valueFrom: z.object({ resourceFieldRef: z.object({ resource: z.string() }) }).optional(),
    }),
  ),
  resources: z.object({ requests: labels, limits: labels }),
  startupProbe: probe,
  livenessProbe: probe,
  readinessProbe: probe,
  securityContext: z.looseObject({}),
  volumeMounts: z.array(z.object({ name: z.string(), mountPath: z.string() })),
})

export const deployment = z.looseObject({
  spec: z.object({
    replicas: z.number(),
    strategy: z.object({ type: z.string() }),
    selector: z.object({ matchLabels: labels }),
    template: z.object({
      metadata: z.object({ labels }),
      spec: z.looseObject({
        serviceAccountName: z.string(),
        automountServiceAccountToken: z.boolean(),
        terminationGracePeriodSeconds: z.number(),
        securityContext: z.looseObject({ runAsUser: z.number(), runAsGroup: z.number() }),
        tolerations: z.array(z.looseObject({})).optional(),
        containers: z.tuple([container]),
        volumes: z.array(
          z.looseObject({ name: z.string(), persistentVolumeClaim: z.object({ claimName: z.string() }).optional() }),
        ),
      }),
    }),
  }),
})

export const configMap = z.looseObject({ metadata: meta, data: labels })

export const claim = z.looseObject({ metadata: meta, spec: z.looseObject({ accessModes: z.array(z.string()) }) })

export const service = z.looseObject({
  metadata: meta,
  spec: z.looseObject({
    selector: labels,
    ports: z.tuple([z.looseObject({ port: z.number(), targetPort: z.string() })]),
  }),
})

const setHeader = z.object({ name: z.string(), value: z.string() })

export const route = z.looseObject({
  spec: z.looseObject({
    parentRefs: z.tuple([z.looseObject({ namespace: z.string() })]),
    rules: z.array(
      z.looseObject({
        matches: z.array(z.object({ path: z.object({ type: z.enum(['Exact', 'PathPrefix']), value: z.string() }) })),
        filters: z.array(z.looseObject({ requestHeaderModifier: z.object({ set: z.array(setHeader) }) })),
        timeouts: z.object({ request: z.string() }),
        backendRefs: z.tuple([z.looseObject({ name: z.string(), port: z.number() })]),
      }),
    ),
  }),
})

const peer = z.strictObject({
  namespaceSelector: z.strictObject({ matchLabels: labels }),
  podSelector: z.strictObject({ matchLabels: labels }).optional(),
})
const policyPort = z.strictObject({ port: z.union([z.string(), z.number()]), protocol: z.string() })

export const networkPolicy = z.looseObject({
  spec: z.strictObject({
    podSelector: z.strictObject({ matchLabels: labels }),
    policyTypes: z.array(z.string()),
    ingress: z.array(z.strictObject({ from: z.array(peer), ports: z.array(policyPort) })),
    egress: z.array(z.strictObject({ to: z.array(peer), ports: z.array(policyPort) })),
  }),
})

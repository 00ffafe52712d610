/** k8s/base and its overlays as kustomize renders them: valid by the schemas, and in agreement with the server and the image. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { readConfig } from '../../src/config.js'
import { schemaOf } from './crd-schema.js'
import { lastOf, pairsOf, readDockerfile, stageOf } from './dockerfile.js'
import * as manifests from './manifests.js'
import { missing, repository, tools } from './tools.js'

const absent = missing('kustomize', 'kubernetesValidate', 'httpRoutes')
const folders = ['k8s/base', ...readdirSync(join(repository, 'k8s/overlays')).map((name) => `k8s/overlays/${name}`)]

describe.skipIf(absent).each(folders)(`%s${absent ? ` (${absent})` : ''}`, (built) => {
  const rendered = absent ? '' : manifests.render(join(repository, built))
  const objects = manifests.objectsIn(rendered)

  // The oldest with HTTPRoute timeouts in common use, and the newest that the validator knows.
  test.each(['1.31', '1.37'])('is valid for Kubernetes %s, down to unknown members', (version) => {
    const { status, stdout, stderr } = validate(rendered, version)
    expect(status, stdout + stderr).toBe(0)
    const passed = (stdout + stderr).match(/passed for resource \w+/g)
    expect(passed).toHaveLength(objects.filter(({ kind }) => kind !== 'HTTPRoute').length)
  })

  test('a mistake would be seen', () => {
    expect(validate(rendered.replace('readOnlyRootFilesystem', 'readonlyRootFilesystem'), '1.37').status).not.toBe(0)
    expect(validate(rendered.replace('containerPort: 8080', 'containerPort: http'), '1.37').status).not.toBe(0)
  })

  describe('the HTTPRoute', () => {
    const crd = absent ? undefined : readFileSync(tools.httpRoutes, 'utf8')
    // Formats such as int32 and Kubernetes' own keywords are not Ajv's.
    const ajv = new Ajv2020({ strict: false, validateFormats: false })
    const isValid = ajv.compile(crd === undefined ? {} : schemaOf(crd, 'v1'))
    const route = objects.find(({ kind }) => kind === 'HTTPRoute')

    test('is valid by the definition of the Gateway API', () => {
      expect(route?.apiVersion).toBe('gateway.networking.k8s.io/v1')
      expect(isValid(route), JSON.stringify(isValid.errors)).toBe(true)
      const mistyped = JSON.parse(JSON.stringify(route).replace('"backendRefs"', '"backendRef"'))
      expect(isValid(mistyped)).toBe(false)
    })
  })

  test('the overlay of docs/deploy.md is one', () => {
    const folder = mkdtempSync(join(tmpdir(), 'reptile-overlay-'))
    const yaml = /```yaml\n(# kustomization\.yaml\n.*?)```/s.exec(
      readFileSync(join(repository, 'docs/deploy.md'), 'utf8'),
    )?.[1]
    const base = relative(realpathSync(folder), realpathSync(join(repository, built)))
    writeFileSync(join(folder, 'kustomization.yaml'), yaml?.replace(/^resources: .*$/m, `resources: [${base}]`) ?? '')
    const overlaid = manifests.render(folder)
    rmSync(folder, { recursive: true })
    expect(validate(overlaid, '1.37').status).toBe(0)
    const changed = manifests.objectsIn(overlaid)
    const before = manifests.only(objects, 'ConfigMap', manifests.configMap).data
    const after = manifests.only(changed, 'ConfigMap', manifests.configMap).data
    expect(after).toMatchObject({ LINGER_SECONDS: before.LINGER_SECONDS, TRUSTED_PROXIES: '10.244.0.0/16' })
    expect(() => readConfig(after)).not.toThrow()
    const [server] = manifests.only(changed, 'Deployment', manifests.deployment).spec.template.spec.containers
    expect(server.image).toMatch(/^registry\.example\.com\//)
    expect(overlaid).toContain('models.example.com')
  })

  if (!absent) agrees(objects)
})

function validate(rendered: string, version: string) {
  return spawnSync(tools.kubernetesValidate, ['--strict', '-k', version, '-'], { input: rendered, encoding: 'utf8' })
}

const stages = readDockerfile(readFileSync(join(repository, 'Dockerfile'), 'utf8'))

/** The tag of an image says its target, if it is another than cpu: reptile-serve:0.1.0-cuda. */
const targetOf = (image: string) => /-([a-z]+)$/.exec(image)?.[1] ?? 'cpu'

/** What no schema knows. */
function agrees(objects: readonly manifests.KubernetesObject[]): void {
  const contract = z
    .looseObject({ paths: z.record(z.string(), z.unknown()) })
    .parse(parse(readFileSync(join(repository, 'openapi.yaml'), 'utf8')))
  const { spec } = manifests.only(objects, 'Deployment', manifests.deployment)
  const pod = spec.template.spec
  const [server] = pod.containers
  const target = targetOf(server.image)
  const image = stageOf(stages, target)
  const service = manifests.only(objects, 'Service', manifests.service)
  const settings = manifests.only(objects, 'ConfigMap', manifests.configMap)
  const claim = manifests.only(objects, 'PersistentVolumeClaim', manifests.claim)
  const { rules, parentRefs } = manifests.only(objects, 'HTTPRoute', manifests.route).spec
  const policy = manifests.only(objects, 'NetworkPolicy', manifests.networkPolicy).spec
  const cores = Number(server.resources.limits.cpu)
  const config = readConfig({ ...settings.data, WORKERS: String(cores) })

  describe('the settings', () => {
    test('are settings of the server, and it takes them', () => {
      const known = Object.keys(readConfig({}))
      expect(known).toEqual(
        expect.arrayContaining([...Object.keys(settings.data), ...server.env.map(({ name }) => name)]),
      )
      expect(server.envFrom).toEqual([{ configMapRef: { name: settings.metadata.name } }])
      expect(settings.metadata.name, 'a changed setting has another name').toMatch(/^settings-\w{10}$/)
    })

    test('count workers by the cores of the pod', () => {
      expect(server.env).toEqual([{ name: 'WORKERS', valueFrom: { resourceFieldRef: { resource: 'limits.cpu' } } }])
      expect(Number.isInteger(cores) && cores >= 1).toBe(true)
    })

    test('fit into the memory', () => {
      const gibibytes = /^(\d+)Gi$/.exec(server.resources.limits.memory ?? '')?.[1]
      expect(config.HOT_BYTES + config.MAX_BYTES).toBeLessThan((Number(gibibytes) * 2 ** 30) / 2)
    })
  })

  describe('a stop', () => {
    test('has the time it takes', () => {
      expect(pod.terminationGracePeriodSeconds).toBeGreaterThanOrEqual(config.LINGER_SECONDS + config.DRAIN_SECONDS + 5)
    })

    test('is noticed while the server still takes requests', () => {
      const { periodSeconds, failureThreshold } = server.readinessProbe
      expect(config.LINGER_SECONDS).toBeGreaterThanOrEqual(periodSeconds * failureThreshold)
    })
  })

  test('the probes ask for what the contract has, on the port that is listened on', () => {
    const probes = [server.startupProbe, server.livenessProbe, server.readinessProbe]
    expect(probes.map(({ httpGet }) => httpGet.path)).toEqual(['/startupz', '/livez', '/readyz'])
    for (const { httpGet } of probes) {
      expect(Object.keys(contract.paths)).toContain(httpGet.path)
      expect(httpGet.port).toBe(server.ports[0]?.name)
    }
    expect(server.ports).toEqual([{ name: 'http', containerPort: config.PORT }])
    expect(Number(lastOf(image, 'EXPOSE'))).toBe(config.PORT)
  })

  describe('security', () => {
    test('the pod may do nothing that it need not', () => {
      expect(pod.securityContext).toMatchObject({ runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } })
      expect(`${pod.securityContext.runAsUser}:${pod.securityContext.runAsGroup}`).toBe(lastOf(image, 'USER'))
      expect(server.securityContext).toEqual({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      })
      expect(pod.automountServiceAccountToken).toBe(false)
      expect(pod.enableServiceLinks).toBe(false)
      for (const forbidden of ['hostNetwork', 'hostPID', 'hostIPC']) expect(pod).not.toHaveProperty(forbidden)
    })

    test('the gateway and the monitoring come in, names and traces go out', () => {
      expect(policy.policyTypes).toEqual(['Ingress', 'Egress'])
      expect(policy.podSelector.matchLabels).toEqual(spec.selector.matchLabels)
      const inNamespace = (name: string) => ({
        namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': name } },
      })
      expect(policy.ingress).toEqual([
        {
          from: [inNamespace(parentRefs[0].namespace), inNamespace('monitoring')],
          ports: [{ port: 'http', protocol: 'TCP' }],
        },
      ])
      expect(policy.egress).toEqual([
        {
          // Kustomize can put labels of ours on selectors of others.
          to: [{ ...inNamespace('kube-system'), podSelector: { matchLabels: { 'k8s-app': 'kube-dns' } } }],
          ports: ['UDP', 'TCP'].map((protocol) => ({ port: 53, protocol })),
        },
        { to: [inNamespace('monitoring')], ports: [{ port: 4318, protocol: 'TCP' }] },
      ])
    })

    test("no client's own tenant header comes through the route", () => {
      for (const { filters } of rules) {
        const set = filters.flatMap(({ requestHeaderModifier }) => requestHeaderModifier.set.map(({ name }) => name))
        expect(set).toContain(config.TENANT_HEADER)
      }
      expect(config.TRUSTED_PROXIES.length).toBeGreaterThan(0)
    })

    test('the route leads to what clients need, and not to the probes and the metrics', () => {
      const matches = rules.flatMap((rule) => rule.matches.map(({ path }) => path))
      const leads = (path: string) =>
        matches.some(({ type, value }) => path === value || (type === 'PathPrefix' && path.startsWith(`${value}/`)))
      const inside = ['/livez', '/startupz', '/readyz', '/metrics']
      expect(
        Object.keys(contract.paths)
          .filter((path) => !leads(path))
          .sort(),
      ).toEqual(inside.sort())
    })
  })

  test('one pod at a time has the volume, where the image keeps its data', () => {
    expect(spec.replicas).toBe(1)
    expect(spec.strategy.type).toBe('Recreate')
    expect(claim.spec.accessModes).toEqual(['ReadWriteOnce'])
    const volume = pod.volumes.find(
      ({ persistentVolumeClaim }) => persistentVolumeClaim?.claimName === claim.metadata.name,
    )
    const mounts = Object.fromEntries(server.volumeMounts.map(({ name, mountPath }) => [mountPath, name]))
    expect(mounts[lastOf(image, 'VOLUME')]).toBe(volume?.name)
    expect(Object.keys(mounts).sort()).toEqual([lastOf(image, 'VOLUME'), '/tmp'])
  })

  test('the route, the service, the pod and the policy find each other', () => {
    for (const { backendRefs } of rules)
      expect(backendRefs).toMatchObject([{ name: service.metadata.name, port: service.spec.ports[0].port }])
    expect(service.spec.ports[0].targetPort).toBe(server.ports[0]?.name)
    expect(spec.template.metadata.labels).toMatchObject(service.spec.selector)
    expect(spec.template.metadata.labels).toMatchObject(spec.selector.matchLabels)
    expect(objects.filter(({ kind }) => kind === 'ServiceAccount')).toMatchObject([
      { metadata: { name: pod.serviceAccountName }, automountServiceAccountToken: false },
    ])
    const namespace = objects.find(({ kind }) => kind === 'Namespace')?.metadata.name
    for (const { kind, metadata } of objects) if (kind !== 'Namespace') expect(metadata.namespace).toBe(namespace)
  })

  test('the server answers before the gateway gives up', () => {
    for (const { timeouts } of rules)
      expect(Number(/^(\d+)s$/.exec(timeouts.request)?.[1])).toBeGreaterThan(config.REQUEST_SECONDS)
  })

  test('the image is that of this version', () => {
    const { version } = JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8'))
    expect(server.image).toBe(`reptile-serve:${version}${target === 'cpu' ? '' : `-${target}`}`)
  })

  test('the pod asks for what its image computes on', () => {
    const { ENGINE, DEVICE } = readConfig({ ...pairsOf(image, 'ENV'), ...settings.data })
    const asksForGpu = 'nvidia.com/gpu' in server.resources.limits
    expect({ ENGINE, DEVICE, asksForGpu }).toEqual(
      target === 'cuda'
        ? { ENGINE: 'tensorflow', DEVICE: 'gpu', asksForGpu: true }
        : { ENGINE: 'auto', DEVICE: 'auto', asksForGpu: false },
    )
    if (!asksForGpu) return
    expect(server.resources.limits['nvidia.com/gpu'], 'one process, one GPU').toBe('1')
    expect(pod.tolerations).toEqual([{ key: 'nvidia.com/gpu', operator: 'Exists', effect: 'NoSchedule' }])
  })

  test('a start has the time it takes', () => {
    const { periodSeconds, failureThreshold } = server.startupProbe
    // TensorFlow's compiler was measured at 4 s a program and core; there are 27 on a GPU.
    expect(periodSeconds * failureThreshold).toBeGreaterThanOrEqual(target === 'cuda' ? 27 * 4 * 4 : 60)
  })
}

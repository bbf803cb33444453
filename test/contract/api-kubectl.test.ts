import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Listener, silentLog } from '../../src/base/index.ts'
import { serveHttps } from '../../src/platform/index.ts'
import { findKubectls, skipWithout } from '../support/peers.ts'
import { Harness } from '../unit/apiserver/harness.ts'
import { testPki } from '../unit/platform/pki.ts'

const WEB = `
apiVersion: v1
kind: ConfigMap
metadata: {name: settings}
data: {greeting: hello}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 3
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: "navarch/web"}]}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {selector: {app: web}, ports: [{port: 80, targetPort: 8080}]}
`

/** One object of many kinds, as people write them. */
const MANY = `
apiVersion: v1
kind: PersistentVolume
metadata: {name: PREFIX-pv}
spec: {capacity: {storage: 1Gi}, accessModes: [ReadWriteOnce], hostPath: {path: /data}}
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: claim}
spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
---
apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata: {name: PREFIX-sc}
provisioner: example.com/x
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: web}
spec:
  ingressClassName: nginx
  rules:
    - host: a.example.com
      http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: web, port: {number: 80}}}}]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: closed}
spec: {podSelector: {}, policyTypes: [Ingress]}
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: web}
spec: {maxReplicas: 3, scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}}
---
apiVersion: v1
kind: ResourceQuota
metadata: {name: quota}
spec: {hard: {pods: "10"}}
---
apiVersion: v1
kind: LimitRange
metadata: {name: limits}
spec: {limits: [{type: Container, max: {cpu: "1"}}]}
---
apiVersion: scheduling.k8s.io/v1
kind: PriorityClass
metadata: {name: PREFIX-high}
value: 1000
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: web}
spec: {minAvailable: 1, selector: {matchLabels: {app: web}}}
`

/** A definition of a custom resource, whose plural is to be filled in. */
const SHIPS = `
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: PLURAL.fleet.example.com}
spec:
  group: fleet.example.com
  scope: Cluster
  names: {plural: PLURAL, kind: KIND, shortNames: [SHORT], categories: [all]}
  versions:
  - name: v1
    served: true
    storage: true
    additionalPrinterColumns:
    - {name: Masts, type: integer, jsonPath: .spec.masts}
    subresources:
      status: {}
      scale: {specReplicasPath: .spec.masts, statusReplicasPath: .status.masts}
    schema:
      openAPIV3Schema:
        type: object
        properties:
          spec:
            type: object
            properties:
              masts: {type: integer, minimum: 1, default: 3, description: "How many masts it has."}
              port: {type: string}
            x-kubernetes-validations:
            - {rule: "!has(self.port) || self.masts < 9", message: "too large for a port"}
          status:
            type: object
            properties: {masts: {type: integer}}
`

describe('kubectl against the API server', function () {
  this.timeout(60_000)
  const kubectls = findKubectls()
  let folder: string
  let harness: Harness
  let listener: Listener

  before(async function () {
    if (kubectls.length === 0) skipWithout(this, 'kubectl is not installed')
    folder = mkdtempSync(join(tmpdir(), 'navarch-kubectl-'))
    const pki = testPki()
    harness = await Harness.start()
    listener = await serveHttps({
      address: '127.0.0.1',
      port: 0,
      tls: pki.server,
      handler: harness.server.handler,
      log: silentLog,
    })
    writeFileSync(join(folder, 'config'), kubeconfig(listener.port, pki))
    writeFileSync(join(folder, 'web.yaml'), WEB)
  })
  after(async () => {
    await listener?.close()
    await harness?.stop()
    if (folder) rmSync(folder, { recursive: true })
  })

  for (const path of kubectls) {
    const release = path.slice(path.lastIndexOf('/') + 1)
    const namespace = release.replaceAll('.', '-')
    const run = (...args: string[]) =>
      kubectl(path, { folder, args: ['--namespace', namespace, ...args] })

    it(`${release}: applies, reads, changes, watches and deletes`, async () => {
      const file = join(folder, 'web.yaml')
      await run('create', 'namespace', namespace)
      await run('create', 'serviceaccount', 'default')
      assert.match(await run('apply', '-f', file), /deployment.apps\/web created/)
      assert.match(await run('apply', '-f', file), /deployment.apps\/web unchanged/)
      assert.match(await run('get', 'deploy,svc,cm', '-o', 'wide'), /web +0\/3 /)
      const path = '{.spec.template.spec.containers[0].image}'
      await run('set', 'image', 'deployment/web', 'web=navarch/web:2')
      const image = await run('get', 'deploy', 'web', '-o', `jsonpath=${path}`)
      assert.equal(image, 'navarch/web:2')
      await run('scale', 'deploy', 'web', '--replicas=5')
      await run('label', 'configmap', 'settings', 'tier=front')
      await run('annotate', 'configmap', 'settings', 'note=x')
      assert.match(await run('get', 'cm', '-l', 'tier=front', '-o', 'name'), /configmap\/settings/)
      await run('create', 'configmap', 'other', '--from-literal=a=b')
      await run('run', 'pod', '--image=navarch/web', '--restart=Never')
      assert.match(await run('describe', 'pod', 'pod'), /Status: +Pending/)
      assert.match(await run('explain', 'deployment.spec.replicas'), /replicas/)
      assert.match(await run('delete', 'pod', 'pod'), /pod "pod" deleted/)
      assert.match(await run('delete', '-f', file), /service "web" deleted/)
      assert.match(await run('api-resources'), /deployments +deploy +apps\/v1 +true +Deployment/)
    })

    // The oldest and the newest: what lies between speaks no other way.
    const isExtreme = path === kubectls[0] || path === kubectls.at(-1)
    if (isExtreme)
      it(`${release}: defines a resource, and uses it as any other`, async () => {
        const plural = `ships${release.replace(/\W/g, '')}`
        const names = { PLURAL: plural, KIND: plural.replace('s', 'S'), SHORT: `${plural}x` }
        const text = SHIPS.replace(/PLURAL|KIND|SHORT/g, (word) => names[word as 'KIND'])
        const file = join(folder, `${release}-crd.yaml`)
        writeFileSync(file, text)
        await run('apply', '-f', file)
        const crd = `crd/${plural}.fleet.example.com`
        await run('wait', '--for=condition=Established', crd, '--timeout=10s')
        const ship = (name: string, spec: string) => {
          const path = join(folder, `${release}-${name}.yaml`)
          const head = `apiVersion: fleet.example.com/v1\nkind: ${names.KIND}\n`
          writeFileSync(path, `${head}metadata: {name: ${name}}\nspec: ${spec}\n`)
          return path
        }
        const argo = ship('argo', '{port: Iolcus}')
        assert.match(await run('apply', '-f', argo), /argo created/)
        assert.match(await run('apply', '-f', argo), /argo unchanged/)
        assert.match(await run('get', names.SHORT), /NAME +MASTS\nargo +3/)
        assert.match(await run('explain', `${plural}.spec.masts`), /How many masts it has\./)
        // As far as Kubernetes' conformance tests read on.
        assert.match(await run('explain', plural), /apiVersion\t<string>\s+APIVersion defines/)
        const metadata = await run('explain', `${plural}.metadata`)
        assert.match(metadata, /DESCRIPTION:\s+Standard object's metadata/)
        assert.match(metadata, /creationTimestamp\t<string>\s+CreationTimestamp is a timestamp/)
        await run('scale', plural, 'argo', '--replicas=4')
        assert.equal(await run('get', plural, 'argo', '-o', 'jsonpath={.spec.masts}'), '4')
        const large = ship('large', '{port: x, masts: 9}')
        await assert.rejects(
          run('apply', '-f', large),
          /spec: Invalid value:.* too large for a port/,
        )
        const wrong = ship('wrong', '{mast: 1}')
        await assert.rejects(run('apply', '-f', wrong), /unknown field "spec.mast"/)
        const apply = ['apply', '--server-side', '--field-manager=other', '-f', argo]
        assert.match(await run(...apply), /argo serverside-applied/)
        assert.match(await run('delete', plural, 'argo'), /"argo" deleted/)
        await run('delete', crd)
        await assert.rejects(run('get', plural), /NotFound/)
      })

    it(`${release}: is told what is wrong`, async () => {
      const bad = join(folder, `${release}.yaml`)
      writeFileSync(bad, 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: z}\nbogus: 1\n')
      await assert.rejects(run('apply', '-f', bad), /unknown field "bogus"/)
      await assert.rejects(run('get', 'pod', 'none'), /pods "none" not found/)
      await assert.rejects(
        run('get', 'gadgets'),
        /the server doesn't have a resource type "gadgets"/,
      )
      const replicas = '{"spec":{"replicas":-1}}'
      await run('create', 'deployment', 'd', '--image=x')
      await assert.rejects(
        run('patch', 'deploy', 'd', '-p', replicas),
        /spec.replicas: Invalid value: -1: must be greater than or equal to 0/,
      )
    })
  }

  // Columns and descriptions come from the server: one release tells as much as all.
  const newest = kubectls.at(-1)
  if (newest !== undefined) {
    it('knows the other kinds', async () => {
      const namespace = 'many'
      const run = (...args: string[]) =>
        kubectl(newest, { folder, args: ['--namespace', namespace, ...args] })
      await run('create', 'namespace', namespace)
      const file = join(folder, 'many.yaml')
      writeFileSync(file, MANY.replaceAll('PREFIX', namespace))
      assert.match(await run('apply', '-f', file), /poddisruptionbudget.policy\/web created/)
      assert.match(
        await run('apply', '-f', file),
        /networkpolicy.networking.k8s.io\/closed unchang/,
      )
      const shown = await run('get', 'pv,pvc,sc,ing,netpol,hpa,quota,limits,pc,pdb', '-o', 'wide')
      for (const row of [
        /persistentvolume\/\S+-pv +1Gi +RWO +Retain +Pending/,
        /persistentvolumeclaim\/claim +Pending/,
        /ingress.networking.k8s.io\/web +nginx +a.example.com +80/,
        /priorityclass.scheduling.k8s.io\/\S+-high +1000 +false/,
        /poddisruptionbudget.policy\/web +1 +N\/A +0/,
      ]) {
        assert.match(shown, row)
      }
      for (const kind of ['pvc/claim', 'ing/web', 'hpa/web', 'quota/quota', 'netpol/closed']) {
        assert.match(await run('describe', kind), /Name: +/, kind)
      }
      assert.match(await run('explain', 'ingress.spec.rules.host'), /The host; all by default/)
      assert.match(await run('get', 'componentstatuses'), /etcd-0 +Healthy/)
      assert.match(
        await run('delete', '-f', file, '--wait=false'),
        /horizontalpodautoscaler.*"web" deleted/,
      )
    })
  }

  // The oldest and the newest: what lies between sends the same.
  const ends = new Set([kubectls.at(0), kubectls.at(-1)])
  for (const path of kubectls.filter((one) => ends.has(one))) {
    const release = path.slice(path.lastIndexOf('/') + 1)
    const namespace = `${release.replaceAll('.', '-')}-apply`
    const run = (...args: string[]) =>
      kubectl(path, { folder, args: ['--namespace', namespace, ...args] })

    it(`${release}: applies on the server's side, tells differences, and prunes`, async () => {
      const file = join(folder, `${release}-apply.yaml`)
      const maps = (...maps: [name: string, value: string][]) => {
        const texts = maps.map(
          ([name, value]) =>
            `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}, labels: {set: s}}\n` +
            `data: {k: "${value}"}\n`,
        )
        writeFileSync(file, texts.join('---\n'))
      }
      const apply = (...args: string[]) => run('apply', '-f', file, ...args)
      await run('create', 'namespace', namespace)
      maps(['one', '1'], ['two', '1'])
      assert.match(await apply(), /configmap\/one created/)
      assert.match(await run('apply', 'view-last-applied', 'configmap/one'), /k: "1"/)
      maps(['one', '2'], ['two', '1'])
      await assert.rejects(run('diff', '-f', file), /\+ {2}k: "2"/)
      await assert.rejects(run('diff', '--server-side', '-f', file), /\+ {2}k: "2"/)
      // What its own apply wrote, kubectl takes over without a conflict.
      assert.match(await apply('--server-side'), /configmap\/one serverside-applied/)
      const fields = ['get', 'cm', 'one', '--show-managed-fields', '-o', 'yaml']
      assert.match(await run(...fields), /operation: Apply/)
      await run('patch', 'cm', 'one', '-p', '{"data":{"k":"3"}}', '--field-manager=other')
      await assert.rejects(apply('--server-side'), /conflict with "other" using v1: \.data\.k/)
      assert.match(await apply('--server-side', '--force-conflicts'), /one serverside-applied/)
      maps(['one', '2'])
      const allowed = ['--prune', '-l', 'set=s', '--prune-allowlist=core/v1/ConfigMap']
      assert.match(await apply(...allowed), /configmap\/two pruned/)
      const set = ['--server-side', '--force-conflicts', '--prune', '--applyset=secret/parent']
      maps(['one', '4'], ['three', '1'])
      await apply(...set)
      maps(['one', '4'])
      assert.match(await apply(...set), /configmap\/three pruned/)
    })
  }
})

function kubeconfig(port: number, pki: ReturnType<typeof testPki>): string {
  const base64 = (pem: string) => Buffer.from(pem).toString('base64')
  const name = 'test'
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': name,
    contexts: [{ name, context: { cluster: name, user: name } }],
    clusters: [
      {
        name,
        cluster: {
          server: `https://127.0.0.1:${port}`,
          'certificate-authority-data': base64(pki.client.caPem),
        },
      },
    ],
    users: [
      {
        name,
        user: {
          'client-certificate-data': base64(pki.client.certPem),
          'client-key-data': base64(pki.client.keyPem),
        },
      },
    ],
  })
}

function kubectl(path: string, options: { folder: string; args: string[] }): Promise<string> {
  const { folder, args } = options
  const env = {
    KUBECONFIG: join(folder, 'config'),
    HOME: folder,
    PATH: process.env['PATH'] ?? '',
    KUBECTL_APPLYSET: 'true',
  }
  return new Promise((resolve, reject) => {
    execFile(path, args, { env, timeout: 20_000 }, (error, stdout, stderr) => {
      if (error) reject(new Error(`kubectl ${args.join(' ')}: ${stderr}${stdout}`))
      else resolve(stdout)
    })
  })
}

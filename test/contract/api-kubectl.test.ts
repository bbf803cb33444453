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
  const env = { KUBECONFIG: join(folder, 'config'), HOME: folder, PATH: process.env['PATH'] ?? '' }
  return new Promise((resolve, reject) => {
    execFile(path, args, { env, timeout: 20_000 }, (error, stdout, stderr) => {
      if (error) reject(new Error(`kubectl ${args.join(' ')}: ${stderr}`))
      else resolve(stdout)
    })
  })
}

import assert from 'node:assert/strict'
import { chmodSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { eventually, Kubectl, run, TestCluster } from '../support/navarch.ts'
import { findKubectls, skipWithout } from '../support/peers.ts'

const DEPLOYMENT = `
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, labels: { app: web } }
spec:
  replicas: 2
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec:
      terminationGracePeriodSeconds: 1
      containers:
        - name: web
          image: navarch/web
          env:
            - name: GREETING
              valueFrom: { configMapKeyRef: { name: settings, key: greeting } }
          readinessProbe: { httpGet: { path: /healthz, port: 8080 }, periodSeconds: 1 }
---
apiVersion: v1
kind: ConfigMap
metadata: { name: settings }
data: { greeting: hello }
---
apiVersion: v1
kind: Service
metadata: { name: web }
spec: { selector: { app: web }, ports: [{ port: 8080 }] }
`

/** Every kubectl release to be found does its daily work against a real cluster. */
describe('kubectl', function () {
  this.timeout(180_000)
  let cluster: TestCluster

  before(async function () {
    if (findKubectls().length === 0) skipWithout(this, 'kubectl is not installed')
    cluster = await TestCluster.up()
  })
  after(() => cluster?.destroy())

  for (const program of findKubectls()) {
    const release = basename(program).replace('kubectl.', '').replace('.', '-')
    describe(basename(program), () => {
      const namespace = `e2e-${release}`
      let kubectl: Kubectl

      before(async () => {
        kubectl = new Kubectl(program, cluster, namespace)
        await kubectl.do(`create namespace ${namespace}`)
      })

      it('knows the server', async () => {
        const version = await kubectl.do('version')
        assert.match(version, /Server Version/)
        const node = '{.items[0].status.nodeInfo.kubeletVersion}'
        const kubelet = await kubectl.do(`get nodes -o jsonpath=${node}`)
        assert.ok(version.includes(`${kubelet}+navarch`), `${version}, but nodes ${kubelet}`)
        const resources = await kubectl.do('api-resources')
        assert.match(resources, /deployments\s+deploy\s+apps\/v1\s+true\s+Deployment/)
        assert.match(resources, /pods\s+po\s+v1\s+true\s+Pod/)
        assert.match(await kubectl.do('explain deployment.spec.strategy'), /rollingUpdate/)
        assert.match(await kubectl.do('get nodes -o wide'), /node-1\s+Ready/)
      })

      it('applies, waits, and shows what runs', async () => {
        const created = await kubectl.do('apply -f -', DEPLOYMENT)
        assert.match(created, /deployment.apps\/web created/)
        const status = await kubectl.do('rollout status deployment/web --timeout=60s')
        assert.match(status, /successfully rolled out/)
        assert.match(await kubectl.do('apply -f -', DEPLOYMENT), /deployment.apps\/web unchanged/)
        await kubectl.do('wait --for=condition=Available deployment/web --timeout=30s')
        assert.match(await kubectl.do('get deployment web'), /web\s+2\/2\s+2\s+2/)
        assert.match(await kubectl.do('get pods -l app=web -o wide'), /Running/)
        const names = await kubectl.do('get pods -o jsonpath={.items[*].metadata.labels.app}')
        assert.equal(names, 'web web')
        const running = await kubectl.do('get pods --field-selector status.phase=Running -o name')
        assert.equal(running.split('\n').length, 2)
        const all = JSON.parse(await kubectl.do('get pods -A -o json'))
        assert.ok(all.items.length >= 2)
        assert.match(await kubectl.do('get all'), /service\/web/)
        assert.match(await kubectl.do('get configmap settings -o yaml'), /greeting: hello/)
      })

      it('describes and tells events', async () => {
        const described = await kubectl.do('describe pods -l app=web')
        assert.match(described, /Successfully assigned/)
        assert.match(described, /Started container web|Container started|Started/)
        assert.match(await kubectl.do('describe deployment web'), /ScalingReplicaSet/)
        assert.match(await kubectl.do('describe node node-1'), /Allocated resources/)
        // Releases before 1.23 have no such verb.
        const verb = (await run(program, ['events', '--help'])).code === 0 ? 'events' : 'get events'
        assert.match(await kubectl.do(verb), /Scheduled/)
      })

      it('reads logs', async () => {
        const pod = await kubectl.do('get pods -l app=web -o jsonpath={.items[0].metadata.name}')
        const logs = await eventually('a line of log', async () => {
          const text = await kubectl.do(`logs ${pod}`)
          return text !== '' && text
        })
        const last = await kubectl.do(`logs ${pod} --tail=1`)
        assert.ok(logs.endsWith(last))
        const follower = kubectl.start(`logs -f ${pod}`)
        await eventually('logs -f', () => follower.output().includes(last))
        await follower.stop()
      })

      it('changes: label, annotate, patch, edit, replace', async () => {
        await kubectl.do('label configmap settings tier=front')
        await kubectl.do('annotate configmap settings note=x')
        await kubectl.doArgs([
          'patch',
          'configmap',
          'settings',
          '--type=merge',
          '-p',
          '{"data":{"a":"1"}}',
        ])
        const json = '[{"op":"replace","path":"/data/a","value":"2"}]'
        await kubectl.doArgs(['patch', 'configmap', 'settings', '--type=json', '-p', json])
        await kubectl.doArgs(['patch', 'configmap', 'settings', '-p', '{"data":{"b":"3"}}'])
        const editor = join(mkdtempSync(join(tmpdir(), 'navarch-edit-')), 'editor')
        writeFileSync(editor, '#!/bin/sh\nsed -i "s/greeting: hello/greeting: edited/" "$1"\n')
        chmodSync(editor, 0o755)
        const edited = await cluster.run('env', [
          `KUBE_EDITOR=${editor}`,
          program,
          '-n',
          namespace,
          'edit',
          'configmap',
          'settings',
        ])
        assert.equal(edited.code, 0, edited.stderr)
        const now = JSON.parse(await kubectl.do('get configmap settings -o json'))
        assert.deepEqual(now.data, { greeting: 'edited', a: '2', b: '3' })
        assert.equal(now.metadata.labels.tier, 'front')
        assert.equal(now.metadata.annotations.note, 'x')
        now.data = { only: 'this' }
        await kubectl.do('replace -f -', JSON.stringify(now))
        assert.equal(await kubectl.do('get configmap settings -o jsonpath={.data.only}'), 'this')
        await kubectl.doArgs([
          'patch',
          'configmap',
          'settings',
          '-p',
          '{"data":{"greeting":"hello"}}',
        ])
      })

      it('scales and rolls: restart, history, undo', async () => {
        await kubectl.do('scale deployment web --replicas=3')
        await kubectl.do('rollout status deployment/web --timeout=60s')
        await kubectl.do('set env deployment/web COLOR=blue')
        await kubectl.do('rollout status deployment/web --timeout=60s')
        assert.match(await kubectl.do('rollout history deployment/web'), /1[\s\S]*2/)
        await kubectl.do('rollout undo deployment/web')
        await kubectl.do('rollout status deployment/web --timeout=60s')
        const env = await kubectl.do(
          'get deployment web -o jsonpath={.spec.template.spec.containers[0].env[*].name}',
        )
        assert.equal(env, 'GREETING')
        await kubectl.do('rollout restart deployment/web')
        await kubectl.do('rollout status deployment/web --timeout=60s')
      })

      it('watches', async () => {
        const watch = kubectl.start('get configmaps -w')
        await eventually('the first list', () => watch.output().includes('settings'))
        await kubectl.do('create configmap watched --from-literal=k=v')
        await eventually('the new object', () => watch.output().includes('watched'))
        await watch.stop()
      })

      it('creates from its generators (protobuf bodies)', async () => {
        await kubectl.do('create deployment gen --image=navarch/pause --replicas=1')
        await kubectl.do('create secret generic sealed --from-literal=password=x')
        await kubectl.do('create serviceaccount robot')
        await kubectl.do('expose deployment gen --port=80')
        await kubectl.do('run single --image=navarch/pause --restart=Never')
        await kubectl.do('wait --for=condition=Ready pod/single --timeout=60s')
        assert.match(await kubectl.do('get secret sealed -o jsonpath={.data.password}'), /eA==/)
      })

      it('deletes: with its dependants, or leaving them', async () => {
        await kubectl.do('delete deployment gen --cascade=orphan')
        assert.match(await kubectl.do('get replicasets -o name'), /replicaset.apps\/gen-/)
        await kubectl.do('delete pod single --wait --grace-period=1')
        const gone = await kubectl.try('get pod single')
        assert.equal(gone.code, 1)
        assert.match(gone.stderr, /pods "single" not found/)
        await kubectl.do(`delete namespace ${namespace} --timeout=90s`)
      })
    })
  }
})

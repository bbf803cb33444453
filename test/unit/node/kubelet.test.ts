import assert from 'node:assert/strict'
import * as fs from 'node:fs/promises'
import { type LogFields, silentLog } from '../../../src/base/index.ts'
import { configMaps, leases, nodes, type Pod, pods, secrets } from '../../../src/api/index.ts'
import { Fixture } from './fixture.ts'
import { until } from './until.ts'

const DEFAULT = { namespace: 'default' }

describe('kubelet', () => {
  let fixture: Fixture

  beforeEach(async () => {
    fixture = await Fixture.start()
  })
  afterEach(() => fixture.stop())

  it('registers a Ready node with its lease', async () => {
    await fixture.node('node-1')
    const node = await fixture.client.for(nodes).get({ name: 'node-1' })
    const ready = node.status.conditions?.find((c) => c.type === 'Ready')
    assert.equal(ready?.status, 'True')
    assert.equal(ready.reason, 'KubeletReady')
    assert.equal(node.status.capacity?.pods, '110')
    assert.equal(node.metadata.labels?.['kubernetes.io/hostname'], 'node-1')
    const at = { namespace: 'kube-node-lease', name: 'node-1' }
    const lease = await until('the lease is there', () =>
      fixture.client
        .for(leases)
        .get(at)
        .catch(() => undefined),
    )
    assert.equal(lease.spec.holderIdentity, 'node-1')
  })

  it('waits for the masters without complaint, and says when it is registered', async () => {
    const lines: string[] = []
    const collect = (level: string) => (message: string, fields?: LogFields) =>
      lines.push(
        `${level} ${message} ${fields?.error === undefined ? '' : 'with its stack'}`.trim(),
      )
    fixture.log = {
      ...silentLog,
      info: collect('info'),
      warn: collect('warn'),
      error: collect('error'),
      child: () => fixture.log,
    }
    fixture.apiDown = true
    const ready = fixture.node('node-1')
    await until('it waits', () => lines.some((l) => l.includes('waits for')) || undefined)
    fixture.apiDown = false
    await ready
    const own = lines.filter((line) => line.includes('node'))
    assert.equal(own.filter((line) => line === 'info the node is registered').length, 1)
    assert.deepEqual(
      own.filter((line) => !line.startsWith('info') || line.includes('stack')),
      [],
    )
  })

  it('runs a pod, serves its log and deletes it in the end', async () => {
    await fixture.node('node-1')
    await fixture.create(configMaps, {
      metadata: { name: 'settings', ...DEFAULT },
      data: { GREETING: 'hello' },
    })
    await fixture.create(secrets, {
      metadata: { name: 'hidden', ...DEFAULT },
      data: { word: Buffer.from('mellon').toString('base64') },
    })
    const script =
      'echo "$GREETING $WORD $POD_NAME $ADDRESS"; trap "exit 0" TERM; while :; do sleep 0.05; done'
    await fixture.pod('talker', {
      command: ['sh', '-c', script],
      envFrom: [{ configMapRef: { name: 'settings' } }],
      env: [
        { name: 'WORD', valueFrom: { secretKeyRef: { name: 'hidden', key: 'word' } } },
        { name: 'POD_NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
        { name: 'ADDRESS', value: '[$(POD_IP)|$(POD_NAME)]' },
      ],
    })
    const pod = await fixture.untilReady('talker')
    assert.equal(pod.status.phase, 'Running')
    assert.match(pod.status.podIP ?? '', /^127\.\d+\.1\.\d+$/)
    assert.equal(pod.status.containerStatuses?.[0]?.restartCount, 0)
    const log = await until('it has spoken', async () => {
      const { text } = await fixture.logs('talker')
      return text === '' ? undefined : text
    })
    assert.equal(log, 'hello mellon talker [$(POD_IP)|talker]\n')
    const reasons = await until('events are told', async () => {
      const list = (await fixture.eventsOf('talker')).map((e) => e.reason)
      return list.length >= 3 ? list : undefined
    })
    assert.deepEqual(reasons.sort(), ['Created', 'Pulled', 'Started'])
    await fixture.client.for(pods).delete({ ...DEFAULT, name: 'talker' })
    await until('it is gone', async () => ((await fixture.getPod('talker')) ? undefined : true))
    const folder = `${fixture.folder}/node-1/pods`
    await until(
      'its folder is gone',
      async () => (await fs.readdir(folder)).length === 0 || undefined,
    )
  })

  it('restarts with back-off, and keeps the log of the attempt before', async () => {
    await fixture.node('node-1')
    await fixture.pod('crasher', { command: ['sh', '-c', 'echo attempt; exit 3'] })
    const pod = await fixture.untilPod('crasher', 'backs off', (p) => {
      return p.status.containerStatuses?.[0]?.state?.waiting?.reason === 'CrashLoopBackOff'
    })
    const [status] = pod.status.containerStatuses ?? []
    assert.equal(pod.status.phase, 'Running')
    assert.equal(status?.restartCount, 1)
    assert.equal(status.lastState?.terminated?.exitCode, 3)
    const label = `crasher_default(${pod.metadata.uid})`
    const message = `back-off 10s restarting failed container=main pod=${label}`
    assert.equal(status.state?.waiting?.message, message)
    assert.equal((await fixture.logs('crasher', 'previous=true')).text, 'attempt\n')
    const ready = pod.status.conditions?.find((c) => c.type === 'Ready')
    assert.equal(ready?.message, 'containers with unready status: [main]')
  })

  it('runs init containers in order and ends as the containers do', async () => {
    await fixture.node('node-1')
    const note = (word: string) => ['sh', '-c', `echo ${word} >> "$NAVARCH_MOUNT_DATA/notes"`]
    const volumeMounts = [{ name: 'data', mountPath: '/data' }]
    const spec = {
      restartPolicy: 'Never',
      volumes: [{ name: 'data', emptyDir: {} }],
      initContainers: [
        { name: 'one', image: 'host', command: note('one'), volumeMounts },
        { name: 'two', image: 'host', command: note('two'), volumeMounts },
      ],
    }
    const command = ['sh', '-c', 'cat "$NAVARCH_MOUNT_DATA/notes"']
    await fixture.pod('worker', { command, volumeMounts }, spec)
    const pod = await fixture.untilPod('worker', 'succeeds', (p) => p.status.phase === 'Succeeded')
    assert.equal((await fixture.logs('worker')).text, 'one\ntwo\n')
    const ready = pod.status.conditions?.find((c) => c.type === 'Ready')
    assert.deepEqual([ready?.status, ready?.reason], ['False', 'PodCompleted'])
    await fixture.pod('loser', { command: ['sh', '-c', 'exit 9'] }, { restartPolicy: 'Never' })
    const failed = await fixture.untilPod('loser', 'fails', (p) => p.status.phase === 'Failed')
    assert.equal(failed.status.containerStatuses?.[0]?.state?.terminated?.exitCode, 9)
  })

  it('says what is missing, and goes on when it comes', async () => {
    await fixture.node('node-1')
    await fixture.pod('needy', {
      command: ['sleep', '60'],
      envFrom: [{ configMapRef: { name: 'late' } }],
    })
    await fixture.untilPod('needy', 'waits for its ConfigMap', (p) => {
      const waiting = p.status.containerStatuses?.[0]?.state?.waiting
      return (
        waiting?.reason === 'CreateContainerConfigError' &&
        waiting.message === 'configmap "late" not found'
      )
    })
    await fixture.create(configMaps, { metadata: { name: 'late', ...DEFAULT }, data: { A: 'b' } })
    await fixture.untilReady('needy')
    await fixture.pod('unknown', { image: 'nginx' })
    await fixture.untilPod('unknown', 'backs off from its image', (p) => {
      return p.status.containerStatuses?.[0]?.state?.waiting?.reason === 'ImagePullBackOff'
    })
    const told = await fixture.eventsOf('unknown')
    assert.ok(told.some((e) => e.reason === 'Failed' && e.message.includes('"command"')))
  })

  it('probes: readiness gates traffic, liveness restarts', async () => {
    await fixture.node('node-1')
    const http = (file: string) =>
      `const http=require('http'),fs=require('fs');http.createServer((q,r)=>{r.statusCode=fs.existsSync('${file}')?200:503;r.end()}).listen(8080,process.env.POD_IP)`
    const flag = `${fixture.folder}/flag`
    await fixture.pod('probed', {
      command: [process.execPath, '-e', http(flag)],
      readinessProbe: { httpGet: { path: '/', port: 8080 }, periodSeconds: 1 },
    })
    await fixture.untilPod('probed', 'runs unready', (p) => {
      const [status] = p.status.containerStatuses ?? []
      return status?.state?.running !== undefined && !status.ready
    })
    await fs.writeFile(flag, '')
    await fixture.untilReady('probed')
    await fixture.pod('sick', {
      command: ['sleep', '60'],
      livenessProbe: { exec: { command: ['false'] }, periodSeconds: 1, failureThreshold: 1 },
    })
    await fixture.untilPod('sick', 'is restarted', (p) => {
      return (p.status.containerStatuses?.[0]?.restartCount ?? 0) >= 1
    })
    const told = await fixture.eventsOf('sick')
    assert.ok(
      told.some((e) => e.message === 'Container main failed liveness probe, will be restarted'),
    )
  })

  it('hands its pods over to the next agent', async () => {
    const first = await fixture.node('node-1')
    const command = ['sh', '-c', 'echo up; while :; do sleep 0.05; done']
    await fixture.pod('steady', { command })
    const before = await fixture.untilReady('steady')
    await fixture.pod('doomed', { command })
    await fixture.untilReady('doomed')
    await first.stop()
    await fixture.client.for(pods).delete({ ...DEFAULT, name: 'doomed' }, { gracePeriodSeconds: 0 })
    await fixture.node('node-1')
    await until('the orphan is gone', async () => {
      const left = await fs.readdir(`${fixture.folder}/node-1/pods`)
      return left.length === 1 ? true : undefined
    })
    const after = await fixture.untilReady('steady')
    assert.deepEqual(after.status.containerStatuses, before.status.containerStatuses)
    assert.equal(after.status.podIP, before.status.podIP)
  })

  it('looks after its containers while no master answers', async () => {
    await fixture.node('node-1')
    const at = { name: 'settings', ...DEFAULT }
    await fixture.create(configMaps, { metadata: at, data: { WORD: 'still here' } })
    const notes = `${fixture.folder}/starts`
    const command = [
      'sh',
      '-c',
      `echo "$WORD" >> ${notes}; while [ ! -e ${notes}.end ]; do sleep 0.02; done; rm ${notes}.end`,
    ]
    await fixture.pod('lonely', { command, envFrom: [{ configMapRef: { name: 'settings' } }] })
    await fixture.untilReady('lonely')
    fixture.apiDown = true
    await fs.writeFile(`${notes}.end`, '')
    await until('it was started again', async () => {
      const said = await fs.readFile(notes, 'utf8').catch(() => '')
      return said === 'still here\nstill here\n' || undefined
    })
    fixture.apiDown = false
    await fixture.untilPod('lonely', 'tells of its restart', (p) => {
      const [status] = p.status.containerStatuses ?? []
      return status?.restartCount === 1 && status.ready
    })
  })

  it('gives a ConfigMap as a volume, and tells where no mount is possible', async () => {
    await fixture.node('node-1')
    const at = { name: 'files', ...DEFAULT }
    await fixture.create(configMaps, { metadata: at, data: { a: '1', b: '2' } })
    const volumes = [
      { name: 'cfg', configMap: { name: 'files', items: [{ key: 'a', path: 'sub/a' }] } },
    ]
    const command = ['sh', '-c', 'cat "$NAVARCH_MOUNT_CFG/sub/a"; echo; sleep 60']
    const volumeMounts = [{ name: 'cfg', mountPath: '/etc/cfg' }]
    await fixture.pod('reader', { command, volumeMounts }, { volumes })
    await fixture.untilReady('reader')
    await until('it has read', async () => {
      return (await fixture.logs('reader')).text === '1\n' || undefined
    })
    const told = await until('the limit is told', async () =>
      (await fixture.eventsOf('reader')).find((e) => e.reason === 'MountPathNotReal'),
    )
    assert.match(told.message, /\/etc\/cfg is \$NAVARCH_MOUNT_CFG/)
  })

  it('runs hollow pods', async () => {
    await fixture.node('node-1', { runtime: { kind: 'hollow', podCidr: '10.88.0.0/24' } })
    const readinessProbe = { exec: { command: ['false'] } }
    for (let i = 0; i < 20; i++) await fixture.pod(`hollow-${i}`, { readinessProbe })
    for (let i = 0; i < 20; i++) {
      const pod = await fixture.untilReady(`hollow-${i}`)
      assert.match(pod.status.podIP ?? '', /^10\.88\./)
    }
    await fixture.client.for(pods).delete({ ...DEFAULT, name: 'hollow-7' })
    await until('it is gone', async () => ((await fixture.getPod('hollow-7')) ? undefined : true))
  })

  it('shows its log and pods to masters only', async () => {
    await fixture.node('node-1')
    const handler = fixture.kubelets.get('node-1')
    const base = { method: 'GET', url: '/pods', headers: {}, body: undefined }
    const signal = new AbortController().signal
    const ask = async (identity?: { commonName: string; organizations: string[] }) =>
      (await handler?.({ ...base, signal, ...(identity && { identity }) }))?.status
    assert.equal(await ask(), 401)
    assert.equal(await ask({ commonName: 'eve', organizations: [] }), 403)
    assert.equal(await ask({ commonName: 'kube-apiserver', organizations: [] }), 200)
    assert.equal((await fixture.logs('nobody')).status, 404)
  })

  it('waits with a subPathExpr that leads nowhere', async () => {
    await fixture.node('node-1')
    const words: Record<string, string> = {
      '$(NONE)/x': 'missing value for NONE',
      '$(ROOT)': 'error SubPath `/tmp` must not be an absolute path',
      'a/$(UP)': "unable to provision SubPath `a/..`: must not contain '..'",
    }
    for (const [i, [subPathExpr, message]] of Object.entries(words).entries()) {
      const env = [
        { name: 'ROOT', value: '/tmp' },
        { name: 'UP', value: '..' },
      ]
      const volumeMounts = [{ name: 'v', mountPath: '/v', subPathExpr }]
      const spec = { volumes: [{ name: 'v', emptyDir: {} }] }
      await fixture.pod(`p-${i}`, { command: ['sleep', '60'], env, volumeMounts }, spec)
      await fixture.untilPod(`p-${i}`, 'waits', ({ status }) => {
        const waiting = status.containerStatuses?.[0]?.state?.waiting
        return waiting?.reason === 'CreateContainerConfigError' && waiting.message === message
      })
    }
  })

  it('tells which pods have running containers', async () => {
    await fixture.node('node-1')
    await fixture.pod('here', { command: ['sleep', '60'] })
    await fixture.untilReady('here')
    await fixture.pod('over', { command: ['true'] }, { restartPolicy: 'Never' })
    await fixture.untilPod('over', 'has ended', (pod) => pod.status.phase === 'Succeeded')
    const told = async (url: string): Promise<string> => {
      const answer = await fixture.kubelets.get('node-1')?.({
        method: 'GET',
        url,
        headers: {},
        body: undefined,
        identity: { commonName: 'kube-apiserver', organizations: [] },
        signal: new AbortController().signal,
      })
      assert.ok(answer?.body instanceof Uint8Array)
      return Buffer.from(answer.body).toString()
    }
    const { items } = JSON.parse(await told('/runningpods/')) as { items: Pod[] }
    assert.deepEqual(
      items.map((each) => [each.metadata.name, each.spec.containers.map(({ image }) => image)]),
      [['here', ['host']]],
    )
    const metrics = await told('/metrics')
    assert.match(metrics, /^kubelet_node_name\{node="node-1"\} 1$/m)
    assert.match(metrics, /^kubelet_running_pods 1$/m)
    assert.match(metrics, /^kubelet_running_containers\{container_state="running"\} 1$/m)
    assert.match(metrics, /^kubelet_running_containers\{container_state="exited"\} 1$/m)
  })

  it('refuses a pod whose host port is taken, and takes the next once it is free', async () => {
    await fixture.node('node-1')
    const command = ['sh', '-c', 'trap "exit 0" TERM; while :; do sleep 0.05; done']
    const holding = (hostIP: string) => ({
      command,
      ports: [{ containerPort: 1, hostPort: 21017, hostIP }],
    })
    await fixture.pod('first', holding('127.0.0.1'))
    await fixture.pod('beside', holding('127.0.0.2'))
    await fixture.untilReady('first')
    await fixture.untilReady('beside')
    await fixture.pod('second', holding(''))
    const failed = await fixture.untilPod('second', 'fails', (pod) => pod.status.phase === 'Failed')
    assert.equal(failed.status.reason, 'NodePorts')
    assert.match(failed.status.message ?? '', /^Pod was rejected: Predicate NodePorts failed/)
    assert.equal(failed.status.containerStatuses, undefined)
    for (const name of ['first', 'beside']) {
      await fixture.client.for(pods).delete({ ...DEFAULT, name })
      await until('it is gone', async () => ((await fixture.getPod(name)) ? undefined : true))
    }
    await fixture.pod('third', holding(''))
    await fixture.untilReady('third')
  })

  it('leaves resources that others declare, and lets all of them be given', async () => {
    await fixture.node('node-1')
    const client = fixture.client.for(nodes)
    const [name, resource] = ['node-1', 'example.com/dongle']
    const declare = (amount: string | null) => {
      const body = { status: { capacity: { [resource]: amount } } }
      return client.patch({ name }, { type: 'merge', body, subresource: 'status' })
    }
    const allocatable = async () => (await client.get({ name })).status.allocatable?.[resource]
    await declare('5')
    await until('it is allocatable', async () => ((await allocatable()) === '5' ? true : undefined))
    await declare(null)
    await until('it is no longer', async () => ((await allocatable()) ? undefined : true))
    assert.equal((await client.get({ name })).status.allocatable?.pods, '110')
  })
})

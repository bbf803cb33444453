import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parse } from 'yaml'
import {
  findFreeNetwork,
  findFreePorts,
  requireFree,
  requireUnusedNetwork,
} from '../../../cluster/addresses.ts'
import { leftBehind, storedRoots } from '../../../cluster/drill-restore.ts'
import { kubeconfig } from '../../../cluster/kubeconfig.ts'
import { Layout } from '../../../cluster/layout.ts'
import { readLog } from '../../../cluster/logs.ts'
import { ensurePki, readTls, wantedCertificates } from '../../../cluster/pki.ts'
import { Supervisor } from '../../../cluster/supervisor.ts'
import {
  parseTopology,
  partNamed,
  planTopology,
  portsNeeded,
  serviceCidr,
} from '../../../cluster/topology.ts'
import { topologyIn } from '../../../cluster/topology-record.ts'
import { sleep } from '../../../src/base/index.ts'
import { mvccpb } from '../../../src/gen/etcd.js'
import { systemClock, systemDisk, systemNet, systemProcesses } from '../../../src/platform/index.ts'

const topology = planTopology({
  masters: 3,
  nodes: 2,
  network: '127.99',
  ports: Array.from({ length: portsNeeded(3) }, (_, i) => 30_000 + i),
  clusterToken: 'token',
  hollowNodes: 0,
  apiOnly: false,
})

describe('cluster', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'navarch-cluster-'))
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  it('gives every part ports and addresses of its own', () => {
    const ports = topology.masters.flatMap((m) => [m.apiPort, m.clientPort, m.peerPort])
    assert.equal(new Set([...ports, topology.endpoint.port]).size, 10)
    assert.deepEqual(
      topology.nodes.map((node) => [node.name, node.address, node.podCidr]),
      [
        ['node-1', '127.99.0.1', '127.99.1.0/24'],
        ['node-2', '127.99.0.2', '127.99.2.0/24'],
      ],
    )
    assert.equal(serviceCidr(topology), '127.99.240.0/20')
    assert.throws(() => partNamed(topology, 'master-4'), /it has master-1, .*node-2/)
    assert.deepEqual(parseTopology(JSON.stringify(topology), 'f'), topology)
    assert.throws(
      () => parseTopology('{"version":', '/x/topology.json'),
      /\/x\/topology.json is damaged/,
    )
  })

  it('chooses what is free, the same for a folder each time', async () => {
    const ports = await findFreePorts(systemNet, 4, folder)
    assert.equal(new Set(ports).size, 4)
    assert.deepEqual(await findFreePorts(systemNet, 4, folder), ports)
    const network = await findFreeNetwork(systemNet, folder)
    const at = { address: `${network}.0.1`, port: 10250 }
    const taken = await systemNet.listenTcp(at, (connection) => connection.destroy())
    assert.notEqual(await findFreeNetwork(systemNet, folder), network)
    const planned = planTopology({
      masters: 1,
      nodes: 1,
      network,
      ports,
      clusterToken: 'x',
      hollowNodes: 0,
      apiOnly: false,
    })
    await requireFree(systemNet, planned, new Set(['master-1']))
    await assert.rejects(
      requireFree(systemNet, planned, new Set(['node-1'])),
      /port 10250 on .*, which node-1 needs, is in use by another process/,
    )
    await assert.rejects(
      requireUnusedNetwork(systemNet, planned),
      /a running cluster uses \(.*:10250 is taken\): stop that cluster/,
    )
    await taken.close()
    await requireUnusedNetwork(systemNet, planned)
  })

  it('compares in a drill what is stored, and tells where the data is when it ends early', () => {
    const group = (name: string) => ({ name, preferredVersion: { groupVersion: `${name}/v1` } })
    const groups = ['apps', 'metrics.k8s.io', 'custom.metrics.k8s.io', 'example.com'].map(group)
    const items = [
      { spec: { group: 'apps' } },
      { spec: { group: 'custom.metrics.k8s.io', service: { name: 'adapter' } } },
    ]
    const roots = ['/api/v1', '/apis/apps/v1', '/apis/example.com/v1']
    assert.deepEqual(storedRoots({ groups }, { items }), roots)
    const place = { file: '/f', dataDirFlag: ' --data-dir d' }
    assert.equal(leftBehind('running', place), '')
    assert.match(leftBehind('removed', place), /in \/f; `navarch backup restore \/f --data-dir d`/)
    assert.match(leftBehind('restored', place), /stopped: `navarch up --data-dir d`.* \/f is left/)
  })

  it('issues certificates once, with keys that nobody else reads', async () => {
    const parts = { disk: systemDisk(), layout: new Layout(folder) }
    await ensurePki(topology, { ...parts, nowMs: Date.now() })
    const admin = await readTls('admin', 'api', parts)
    await ensurePki(topology, { ...parts, nowMs: Date.now() })
    assert.deepEqual(await readTls('admin', 'api', parts), admin)
    for (const name of ['ca', 'store-ca', ...Object.keys(wantedCertificates(topology))]) {
      assert.equal(statSync(parts.layout.key(name)).mode & 0o777, 0o600, name)
    }
    const config = parse(kubeconfig({ server: 'https://h:1', tls: admin, name: 'navarch' }))
    assert.equal(config['current-context'], 'navarch')
    assert.equal(config.clusters[0].cluster.server, 'https://h:1')
    const key = Buffer.from(config.users[0].user['client-key-data'], 'base64').toString()
    assert.equal(key, admin.keyPem)
  })

  it('gives no agent of nodes a name of an API server', () => {
    const hollow = { name: 'hollow-nodes', address: '127.99.0.240', kubeletPort: 10250, nodes: 3 }
    const wanted = wantedCertificates({ ...topology, hollow })
    const names = (name: string) => wanted[name]?.leaf.dnsNames ?? []
    const servers = new Set(topology.masters.flatMap(({ name }) => names(`${name}-api`)))
    assert.ok(servers.has('localhost'))
    for (const name of ['node-1', 'node-2', 'hollow-nodes']) {
      assert.deepEqual(names(name), [name])
      assert.ok(!servers.has(name))
    }
  })

  it('knows its processes again, and does not take another for one', async () => {
    const layout = new Layout(folder)
    const parts = {
      disk: systemDisk(),
      processes: systemProcesses(),
      clock: systemClock,
      layout,
      env: { PATH: process.env['PATH'] ?? '' },
    }
    const supervisor = new Supervisor(parts)
    const { signal } = new AbortController()
    assert.equal(await supervisor.running('a'), undefined)
    const started = await supervisor.start('a', [
      'sh',
      '-c',
      'echo {}; echo "a: no luck" >&2; exec sleep 100',
    ])
    assert.deepEqual(await new Supervisor(parts).running('a'), started)
    while ((await supervisor.lastWords('a')) === '') await sleep(systemClock, 5)
    writeFileSync(layout.process('b'), JSON.stringify({ pid: started.pid, startTime: '1' }))
    assert.equal(await supervisor.running('b'), undefined)
    await assert.rejects(supervisor.signal('b', 'SIGKILL'), /b does not run/)
    await supervisor.stop('a', { graceMs: 5000, signal })
    assert.equal(await supervisor.running('a'), undefined)
    assert.equal(await supervisor.lastWords('a'), 'a: no luck')
  })

  it('prints logs from their last lines', async () => {
    const path = join(folder, 'x.log')
    const lines = Array.from({ length: 30_000 }, (_, i) => `line ${i}`)
    writeFileSync(path, `${lines.join('\n')}\n`)
    const parts = { disk: systemDisk(), clock: systemClock }
    const { signal } = new AbortController()
    const read = async (tail: number | undefined) => {
      let text = ''
      for await (const piece of readLog(path, parts, { follow: false, tail, signal })) text += piece
      return text
    }
    assert.equal(await read(2), 'line 29998\nline 29999\n')
    assert.equal(await read(0), '')
    assert.equal((await read(20_000)).split('\n').length, 20_001)
    assert.equal((await read(undefined)).split('\n')[0], 'line 0')
    assert.equal(await read(1_000_000), await read(undefined))
  })

  it('finds in a backup where the saved cluster had its addresses', async () => {
    const change = (key: string, value: string) => ({
      bucket: 'key' as const,
      key: Buffer.alloc(17),
      value: mvccpb.KeyValue.encode({ key: Buffer.from(key), value: Buffer.from(value) }).finish(),
    })
    const key = '/registry/configmaps/kube-system/navarch-cluster'
    const record = (network: string) =>
      JSON.stringify({ data: { topology: JSON.stringify({ ...topology, network }) } })
    async function* entries() {
      yield change('/registry/pods/default/a', 'x')
      yield change(key, record('127.1'))
      yield change(key, record('127.2'))
      yield change(key, '')
    }
    assert.equal((await topologyIn(entries()))?.network, '127.2')
  })
})

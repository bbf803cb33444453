import assert from 'node:assert/strict'
import { type Pod, services, type Stored } from '../../../src/api/index.ts'
import { networkFiles } from '../../../src/node/kubelet/pod-network-files.ts'
import { skipWithout } from '../../support/peers.ts'
import { Fixture } from './fixture.ts'
import { until } from './until.ts'

const DNS = { address: '127.96.0.10', domain: 'cluster.local' }
const HOST = {
  resolvConf:
    '# by hand\nnameserver 192.0.2.53\nsearch corp.example # ours\noptions rotate timeout:1\n',
  hosts: '127.0.0.1 localhost\n192.0.2.7 printer\n',
}

function files(spec: Partial<Pod['spec']>, facts: { dns: typeof DNS | undefined } = { dns: DNS }) {
  const pod: Stored<Pod> = {
    metadata: {
      name: 'web-0',
      namespace: 'shop',
      uid: 'u',
      resourceVersion: '1',
      creationTimestamp: '2026-01-01T00:00:00Z',
    },
    spec: { containers: [], ...spec },
    status: {},
  }
  return networkFiles(pod, { ip: '127.20.1.5', ...facts, host: HOST })
}
const resolver = (...args: Parameters<typeof files>) => files(...args).get('/etc/resolv.conf')
const hosts = (...args: Parameters<typeof files>) => files(...args).get('/etc/hosts')

describe("a pod's resolv.conf and hosts", () => {
  it('asks the cluster first, with its domains before those of the host', () => {
    const expected =
      'search shop.svc.cluster.local svc.cluster.local cluster.local corp.example\n' +
      'nameserver 127.96.0.10\noptions ndots:5\n'
    assert.equal(resolver({}), expected)
    assert.equal(resolver({ dnsPolicy: 'ClusterFirst' }), expected)
    assert.equal(resolver({ dnsPolicy: 'ClusterFirstWithHostNet', hostNetwork: true }), expected)
  })

  it("leaves the host's file where it is the right one, or the cluster's DNS is elsewhere", () => {
    assert.equal(resolver({ dnsPolicy: 'Default' }), undefined)
    assert.equal(resolver({ dnsPolicy: 'ClusterFirst', hostNetwork: true }), undefined)
    assert.equal(files({}, { dns: undefined }).size, 0)
  })

  it('adds dnsConfig, whose options win', () => {
    const dnsConfig = {
      nameservers: ['192.0.2.1', '127.96.0.10'],
      searches: ['more.example', 'cluster.local'],
      options: [{ name: 'ndots', value: '2' }, { name: 'edns0' }],
    }
    assert.equal(
      resolver({ dnsConfig }),
      'search shop.svc.cluster.local svc.cluster.local cluster.local corp.example more.example\n' +
        'nameserver 127.96.0.10\nnameserver 192.0.2.1\noptions ndots:2 edns0\n',
    )
    assert.equal(
      resolver({ dnsConfig, dnsPolicy: 'None' }),
      'search more.example cluster.local\n' +
        'nameserver 192.0.2.1\nnameserver 127.96.0.10\noptions ndots:2 edns0\n',
    )
    assert.equal(
      resolver({ dnsConfig: { searches: ['a.example'] }, dnsPolicy: 'Default' }),
      'search corp.example a.example\nnameserver 192.0.2.53\noptions rotate timeout:1\n',
    )
  })

  it('gives the pod its names, and those of hostAliases', () => {
    assert.match(hosts({}) ?? '', /^127\.0\.0\.1\tlocalhost$[\s\S]*^127\.20\.1\.5\tweb-0$/m)
    assert.match(
      hosts({ hostname: 'db', subdomain: 'data' }) ?? '',
      /^127\.20\.1\.5\tdb\.data\.shop\.svc\.cluster\.local\tdb$/m,
    )
    const hostAliases = [{ ip: '192.0.2.9', hostnames: ['one', 'two'] }]
    assert.match(
      hosts({ hostAliases }, { dns: undefined }) ?? '',
      /^127\.20\.1\.5\tweb-0\n\n# Entries added by HostAliases\.\n192\.0\.2\.9\tone\ttwo\n$/m,
    )
    assert.equal(hosts({ hostNetwork: true }), undefined)
    assert.match(hosts({ hostNetwork: true, hostAliases }) ?? '', /printer\n\n#.*\n192\.0\.2\.9/)
  })

  it('lets programs in pods find Services by name', async function () {
    this.timeout(30_000)
    if (process.getuid?.() !== 0) skipWithout(this, 'only root binds port 53 and mounts')
    const fixture = await Fixture.start()
    try {
      const address = `127.${fixture.range}.250.10`
      const { runtime } = fixture.config('node-1')
      assert.ok(runtime.kind === 'process')
      await fixture.node('node-1', {
        dns: { address },
        runtime: { ...runtime, mountMode: 'root' },
      })
      const web = await fixture.create(services, {
        metadata: { name: 'web', namespace: 'default' },
        spec: { ports: [{ port: 80 }] },
        status: {},
      })
      const script = `require('dns').lookup(process.argv[1], (error, address) =>
        console.log(process.argv[1], error ? error.code : address))`
      const lookups = ['web', 'web.default', 'web.default.svc.cluster.local', 'alias', 'client']
        .map((name) => `"$0" -e "$1" ${name}`)
        .join('; ')
      const command = ['sh', '-c', `${lookups}; pwd; sleep 60`, process.execPath, script]
      const hostAliases = [{ ip: '192.0.2.9', hostnames: ['alias'] }]
      await fixture.pod('client', { command }, { hostAliases })
      await fixture.pod(
        'with-volume',
        { command, volumeMounts: [{ name: 'v', mountPath: '/no/such/place' }] },
        { volumes: [{ name: 'v', emptyDir: {} }], hostAliases },
      )
      const clusterIp = web.spec.clusterIP ?? ''
      for (const name of ['client', 'with-volume']) {
        const pod = await fixture.untilReady(name)
        // Without an upstream what is not the cluster's is refused.
        const own = name === 'client' ? pod.status?.podIP : 'EAI_AGAIN'
        const text = await until('five lookups', async () => {
          const { text: all } = await fixture.logs(name)
          return all.split('\n').length > 6 ? all : undefined
        })
        assert.deepEqual(text.trim().split('\n').slice(0, 5), [
          `web ${clusterIp}`,
          `web.default ${clusterIp}`,
          `web.default.svc.cluster.local ${clusterIp}`,
          'alias 192.0.2.9',
          `client ${own}`,
        ])
      }
    } finally {
      await fixture.stop()
    }
  })
})

import assert from 'node:assert/strict'
import { createSocket } from 'node:dgram'
import * as net from 'node:net'
import {
  type Packet,
  type RecordType,
  decode,
  encode,
  streamDecode,
  streamEncode,
} from 'dns-packet'
import type { EndpointSlice, Service, Stored } from '../../../src/api/index.ts'
import { services } from '../../../src/api/index.ts'
import { answer, Zone } from '../../../src/node/dns/index.ts'
import { Fixture } from './fixture.ts'
import { until } from './until.ts'

const meta = (name: string, labels: Record<string, string> = {}) => ({
  name,
  namespace: 'shop',
  uid: name,
  resourceVersion: '1',
  creationTimestamp: '2026-01-01T00:00:00Z',
  labels,
})
const port = { name: 'http', port: 80, protocol: 'TCP' }

function zone(): Zone {
  const web: Stored<Service> = {
    metadata: meta('web'),
    spec: { clusterIP: '127.96.0.5', ports: [port] },
    status: {},
  }
  const db: Stored<Service> = {
    metadata: meta('db'),
    spec: { clusterIP: 'None', ports: [port] },
    status: {},
  }
  const away: Stored<Service> = {
    metadata: meta('away'),
    spec: { type: 'ExternalName', externalName: 'example.org' },
    status: {},
  }
  const empty: Stored<Service> = {
    metadata: meta('empty'),
    spec: { clusterIP: 'None' },
    status: {},
  }
  const slice: Stored<EndpointSlice> = {
    metadata: meta('db-1', { 'kubernetes.io/service-name': 'db' }),
    addressType: 'IPv4',
    ports: [{ name: 'http', port: 5432, protocol: 'TCP' }],
    endpoints: [
      { addresses: ['127.20.1.1'], hostname: 'db-0', conditions: { ready: true } },
      { addresses: ['127.20.1.2'], conditions: { ready: true } },
      { addresses: ['127.20.1.3'], conditions: { ready: false } },
    ],
  }
  return new Zone('cluster.local', [web, db, away, empty], [slice])
}

function query(name: string, type: RecordType, more: Packet = {}): Buffer {
  return encode({ type: 'query', id: 7, flags: 256, questions: [{ name, type }], ...more })
}

function ask(name: string, type: RecordType): Packet {
  const options = { overTcp: false, canForward: false, turn: 0 }
  const result = answer(query(name, type), zone(), options)
  assert.equal(result.kind, 'reply')
  return result.kind === 'reply' ? decode(Buffer.from(result.bytes)) : {}
}

const rcode = (packet: Packet) => (packet.flags ?? 0) & 15
const data = (packet: Packet) =>
  (packet.answers ?? []).map((a) => ('data' in a ? a.data : undefined))

describe('dns', () => {
  // Kubernetes DNS-Based Service Discovery 1.1, §2.2 to §2.5.
  const table: readonly (readonly [string, RecordType, unknown[]])[] = [
    ['dns-version.cluster.local', 'TXT', [[Buffer.from('1.1.0')]]],
    ['web.shop.svc.cluster.local', 'A', ['127.96.0.5']],
    ['WEB.shop.SVC.cluster.local', 'A', ['127.96.0.5']],
    ['5.0.96.127.in-addr.arpa', 'PTR', ['web.shop.svc.cluster.local']],
    ['db.shop.svc.cluster.local', 'A', ['127.20.1.1', '127.20.1.2']],
    ['db-0.db.shop.svc.cluster.local', 'A', ['127.20.1.1']],
    ['127-20-1-2.db.shop.svc.cluster.local', 'A', ['127.20.1.2']],
    ['1.1.20.127.in-addr.arpa', 'PTR', ['db-0.db.shop.svc.cluster.local']],
    ['away.shop.svc.cluster.local', 'A', ['example.org']],
    ['10-1-2-3.shop.pod.cluster.local', 'A', ['10.1.2.3']],
    [
      '_http._tcp.web.shop.svc.cluster.local',
      'SRV',
      [{ priority: 0, weight: 100, port: 80, target: 'web.shop.svc.cluster.local' }],
    ],
    [
      '_http._tcp.db.shop.svc.cluster.local',
      'SRV',
      [
        { priority: 0, weight: 100, port: 5432, target: 'db-0.db.shop.svc.cluster.local' },
        { priority: 0, weight: 100, port: 5432, target: '127-20-1-2.db.shop.svc.cluster.local' },
      ],
    ],
  ]
  for (const [name, type, expected] of table) {
    it(`answers ${type} of ${name}`, () => {
      const packet = ask(name, type)
      assert.equal(rcode(packet), 0)
      assert.deepEqual(data(packet), expected)
      assert.ok((packet.flags ?? 0) & (1 << 10), 'authoritative')
      for (const a of packet.answers ?? []) {
        assert.equal(a.name, name)
        const ttl = 'ttl' in a ? (a.ttl ?? 0) : 0
        assert.ok(ttl >= 5 && ttl <= 30)
      }
    })
  }

  for (const [name, type] of [
    ['web.shop.svc.cluster.local', 'AAAA'],
    ['shop.svc.cluster.local', 'A'],
    ['_tcp.web.shop.svc.cluster.local', 'A'],
    ['cluster.local', 'A'],
  ] as const) {
    it(`has no data of type ${type} for ${name}`, () => {
      const packet = ask(name, type)
      assert.equal(rcode(packet), 0)
      assert.deepEqual(packet.answers, [])
      assert.equal(packet.authorities?.[0]?.type, 'SOA')
    })
  }

  for (const name of [
    'nobody.shop.svc.cluster.local',
    'empty.shop.svc.cluster.local',
    '10-1-2.shop.pod.cluster.local',
    '127-20-1-3.db.shop.svc.cluster.local',
  ]) {
    it(`knows no ${name}`, () => {
      const packet = ask(name, 'A')
      assert.equal(rcode(packet), 3)
      assert.equal(packet.authorities?.[0]?.type, 'SOA')
    })
  }

  it('refuses what is not its own, and malformed queries', () => {
    assert.equal(rcode(ask('example.org', 'A')), 5)
    const options = { overTcp: false, canForward: false, turn: 0 }
    assert.equal(answer(Buffer.from('short'), zone(), options).kind, 'ignore')
    const header = query('x.cluster.local', 'A').subarray(0, 14)
    const broken = answer(header, zone(), options)
    assert.equal(broken.kind === 'reply' && broken.bytes[3], 1)
  })

  it('answers over UDP and TCP from the API, and follows its changes', async () => {
    const fixture = await Fixture.start()
    try {
      const address = `127.${fixture.range}.0.10`
      const free = net.createServer()
      await new Promise<void>((resolve) => free.listen(0, address, () => resolve()))
      const dnsPort = (free.address() as net.AddressInfo).port
      await new Promise<void>((resolve) => free.close(() => resolve()))
      await fixture.node('node-1', { dns: { address, port: dnsPort } })
      const spec = { clusterIP: '127.96.0.77', ports: [{ port: 80 }], selector: { app: 'x' } }
      const metadata = { name: 'late', namespace: 'default' }
      await fixture.create(services, { metadata, spec, status: {} })
      const name = 'late.default.svc.cluster.local'
      const client = createSocket('udp4')
      const found = await until('DNS knows the service', async () => {
        const packet = await overUdp(client, query(name, 'A'), { address, port: dnsPort })
        return packet && rcode(packet) === 0 ? packet : undefined
      })
      client.close()
      assert.deepEqual(data(found), ['127.96.0.77'])
      assert.deepEqual(data(await overTcp(name, { address, port: dnsPort })), ['127.96.0.77'])
    } finally {
      await fixture.stop()
    }
  })
})

function overUdp(
  client: ReturnType<typeof createSocket>,
  bytes: Buffer,
  to: { address: string; port: number },
): Promise<Packet | undefined> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(undefined), 100)
    client.once('message', (reply) => {
      clearTimeout(timer)
      resolve(decode(reply))
    })
    client.send(bytes, to.port, to.address)
  })
}

function overTcp(name: string, at: { address: string; port: number }): Promise<Packet> {
  return new Promise((resolve, reject) => {
    const socket = net.connect({ host: at.address, port: at.port })
    const chunks: Buffer[] = []
    socket.on('error', reject)
    socket.on('data', (chunk) => {
      chunks.push(chunk)
      const all = Buffer.concat(chunks)
      if (all.length < 2 || all.length < 2 + all.readUInt16BE(0)) return
      socket.destroy()
      resolve(streamDecode(all))
    })
    const questions = [{ name, type: 'A' as const }]
    socket.write(streamEncode({ type: 'query', id: 9, flags: 256, questions }))
  })
}

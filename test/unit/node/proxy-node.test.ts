import assert from 'node:assert/strict'
import * as net from 'node:net'
import { networkInterfaces } from 'node:os'
import { pods, services } from '../../../src/api/index.ts'
import { Fixture } from './fixture.ts'
import { until } from './until.ts'

/** What a server says, or the code of the error that the connection ended with. */
function ask(host: string, port: number): Promise<string> {
  return new Promise((resolve) => {
    const socket = net.connect({ host, port })
    let text = ''
    socket.on('data', (data) => (text += data.toString()))
    socket.on('close', () => resolve(text))
    socket.on('error', (error) => resolve('code' in error ? String(error.code) : error.message))
    socket.end()
  })
}

const SERVER = `require('net').createServer((s) => s.end(process.env.POD_IP))
  .listen(8080, process.env.POD_IP)`

describe('proxy of a node', function () {
  this.timeout(30_000)
  let fixture: Fixture

  before(async () => {
    fixture = await Fixture.start()
    await fixture.node('node-1', { proxy: { nodePortAddresses: [] } })
  })
  after(() => fixture.stop())

  it('serves host ports while their pod is there', async () => {
    const { ip } = fixture.config('node-1')
    const command = [process.execPath, '-e', SERVER]
    const readinessProbe = { tcpSocket: { port: 8080 }, periodSeconds: 1 }
    const ports = [{ containerPort: 8080, hostPort: 18_080 }]
    await fixture.pod('hosted', { command, readinessProbe, ports })
    const { status } = await fixture.untilReady('hosted')
    await until('the host port', async () => (await ask(ip, 18_080)) === status?.podIP)
    const options = { gracePeriodSeconds: 0 }
    await fixture.client.for(pods).delete({ namespace: 'default', name: 'hosted' }, options)
    await until('its end', async () => (await ask(ip, 18_080)) === 'ECONNREFUSED')
  })

  it('gives containers the ports that Services are served on', async () => {
    await fixture.create(services, {
      metadata: { name: 'linked', namespace: 'default' },
      spec: {
        ports: [
          { name: 'low', port: 80 },
          { name: 'high', port: 8123 },
        ],
      },
      status: {},
    })
    // Without root, port 80 is served on 8080.
    const own = await new Promise<boolean>((resolve) => {
      const server = net.createServer()
      server.once('error', (error) => resolve('code' in error && error.code !== 'EACCES'))
      server.listen(80, '127.255.255.253', () => server.close(() => resolve(true)))
    })
    const script = 'echo "$LINKED_SERVICE_PORT $LINKED_SERVICE_PORT_HIGH"'
    let tries = 0
    // The node may hear of the pod before it hears of the Service.
    const said = await until('a container knows the Service', async () => {
      const name = `asker-${++tries}`
      const pod = { restartPolicy: 'Never' }
      await fixture.pod(name, { command: ['sh', '-c', script] }, pod)
      await fixture.untilPod(name, 'has ended', ({ status }) => status?.phase === 'Succeeded')
      const { text } = await fixture.logs(name)
      return text.trim() === '' ? undefined : text
    })
    assert.equal(said, `${own ? 80 : 8080} 8123\n`)
  })

  it('refuses connections to a Service without endpoints at once', async () => {
    // The loopback range is not allowed: another address of this machine, if it has one.
    const externalIPs = Object.values(networkInterfaces())
      .flatMap((all) => all ?? [])
      .filter(({ family, internal }) => family === 'IPv4' && !internal)
      .map(({ address }) => address)
    const { spec } = await fixture.create(services, {
      metadata: { name: 'empty', namespace: 'default' },
      spec: { ports: [{ port: 18_081 }], externalIPs },
      status: {},
    })
    const addresses = [spec.clusterIP ?? '', ...externalIPs]
    const backend = `127.${fixture.range}.9.9`
    for (const address of addresses) assert.equal(await ask(address, 18_081), 'ECONNREFUSED')
    const target = net.createServer((socket) => socket.end('here')).listen(18_082, backend)
    try {
      await fixture.endpoints('empty', { number: 18_082 }, [{ address: backend }])
      for (const address of addresses) {
        await until('it serves', async () => (await ask(address, 18_081)) === 'here')
      }
      await fixture.endpoints('empty', { number: 18_082 }, [])
      for (const address of addresses) {
        await until('it refuses', async () => (await ask(address, 18_081)) === 'ECONNREFUSED')
      }
    } finally {
      target.close()
    }
  })
})

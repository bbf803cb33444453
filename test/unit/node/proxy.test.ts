import assert from 'node:assert/strict'
import { createSocket } from 'node:dgram'
import * as net from 'node:net'
import { type Net, NetError, type NetErrorCode, silentLog } from '../../../src/base/index.ts'
import {
  PortKeeper,
  type Protocol,
  type Rule,
  servedPorts,
  type Target,
  UserspaceDriver,
} from '../../../src/node/proxy/index.ts'
import { systemClock, systemNet, systemRandom } from '../../../src/platform/index.ts'
import { until } from './until.ts'

const ADDRESS = `127.${100 + (process.pid % 100)}.3.7`

class Agent {
  readonly remapped: number[] = []
  readonly keeper: PortKeeper
  readonly driver: UserspaceDriver

  constructor(netPort = systemNet) {
    const parts = { clock: systemClock, random: systemRandom(), log: silentLog }
    this.keeper = new PortKeeper(parts)
    this.driver = new UserspaceDriver({
      ...parts,
      net: netPort,
      keeper: this.keeper,
      onRemapped: (_, port) => this.remapped.push(port),
    })
  }

  async close(): Promise<void> {
    this.keeper.close()
    await this.driver.close()
  }
}

function rule(port: number, targets: readonly Target[], more: Partial<Rule> = {}): Rule {
  const protocol: Protocol = more.protocol ?? 'TCP'
  return {
    key: `${protocol} ${ADDRESS}:${port}`,
    kind: 'ClusterIP',
    owner: { namespace: 'default', name: 'web', uid: 'uid' },
    portName: '',
    protocol,
    address: ADDRESS,
    port,
    targets,
    affinityMs: undefined,
    ...more,
  }
}

/** What a server at the other end of the proxy says. */
function ask(port: number, question = 'hi'): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = net.connect({ host: ADDRESS, port })
    let text = ''
    socket.on('data', (data) => {
      text += data.toString()
    })
    socket.on('end', () => resolve(text))
    socket.on('error', reject)
    socket.end(question)
  })
}

describe('userspace proxy', () => {
  const closers: (() => Promise<void> | void)[] = []
  let port: number

  beforeEach(async () => {
    const free = await systemNet.listenTcp({ address: ADDRESS, port: 0 }, () => undefined)
    port = free.port
    await free.close()
  })
  afterEach(async () => {
    for (const close of closers.splice(0).reverse()) await close()
  })

  function agent(): Agent {
    const made = new Agent()
    closers.push(() => made.close())
    return made
  }

  async function server(name: string): Promise<Target & { close(): Promise<void> }> {
    const open = net.createServer({ allowHalfOpen: true }, (socket) => {
      socket.on('data', (data) => socket.write(`${name}:${data.toString()}`))
      socket.on('end', () => socket.end())
      socket.on('error', () => undefined)
    })
    await new Promise<void>((resolve) => open.listen(0, '127.0.0.1', resolve))
    const close = () => new Promise<void>((resolve) => open.close(() => resolve()))
    closers.push(() => close())
    return { address: '127.0.0.1', port: (open.address() as net.AddressInfo).port, close }
  }

  it('spreads connections over targets in turn', async () => {
    const targets = [await server('a'), await server('b'), await server('c')]
    const { driver } = agent()
    await driver.apply([rule(port, targets)])
    const seen: string[] = []
    for (let i = 0; i < 6; i++) seen.push(await ask(port))
    assert.deepEqual([...new Set(seen)].sort(), ['a:hi', 'b:hi', 'c:hi'])
    assert.deepEqual(seen.slice(0, 3), seen.slice(3))
  })

  it('keeps a client with its target under session affinity', async () => {
    const targets = [await server('a'), await server('b')]
    const { driver } = agent()
    await driver.apply([rule(port, targets, { affinityMs: 60_000 })])
    const first = await ask(port)
    for (let i = 0; i < 4; i++) assert.equal(await ask(port), first)
  })

  it('drops no request while targets change', async () => {
    const a = await server('a')
    const b = await server('b')
    const { driver } = agent()
    await driver.apply([rule(port, [a, b])])
    await a.close()
    for (let i = 0; i < 4; i++) assert.equal(await ask(port), 'b:hi')
    const c = await server('c')
    const socket = net.connect({ host: ADDRESS, port })
    const heard = new Promise<string>((resolve) => socket.on('data', (d) => resolve(String(d))))
    await new Promise((resolve) => socket.once('connect', resolve))
    socket.write('1')
    assert.equal(await heard, 'b:1')
    await driver.apply([rule(port, [c])])
    assert.equal(await ask(port), 'c:hi')
    // The connection to the target that was taken away goes on.
    const again = new Promise<string>((resolve) => socket.on('data', (d) => resolve(String(d))))
    socket.write('2')
    assert.equal(await again, 'b:2')
    socket.destroy()
  })

  it('refuses when there is no rule, and serves when it comes back', async () => {
    const a = await server('a')
    const { driver } = agent()
    await driver.apply([rule(port, [a])])
    assert.equal(await ask(port), 'a:hi')
    const socket = net.connect({ host: ADDRESS, port })
    const hear = () =>
      new Promise<string>((resolve) => socket.once('data', (d) => resolve(String(d))))
    socket.write('1')
    assert.equal(await hear(), 'a:1')
    await driver.apply([])
    socket.write('2')
    assert.equal(await hear(), 'a:2')
    socket.destroy()
    await assert.rejects(ask(port), { code: 'ECONNREFUSED' })
    await driver.apply([rule(port, [a])])
    assert.equal(await ask(port), 'a:hi')
  })

  it('is taken over by the next agent on the host', async () => {
    const a = await server('a')
    const first = agent()
    const second = agent()
    await first.driver.apply([rule(port, [a])])
    await second.driver.apply([rule(port, [a])])
    const { key } = rule(port, [a])
    assert.equal(first.driver.boundPort(key), port)
    assert.equal(second.driver.boundPort(key), undefined)
    await first.close()
    const startMs = Date.now()
    await until('the second serves', () => second.driver.boundPort(key))
    assert.ok(Date.now() - startMs < 400, 'taken over within a poll')
    assert.equal(await ask(port), 'a:hi')
  })

  it('serves a port that needs privileges on a high one', async () => {
    const a = await server('a')
    const refusing = {
      ...systemNet,
      listenTcp: (...[at, handler]: Parameters<typeof systemNet.listenTcp>) => {
        if (at.port >= 1024) return systemNet.listenTcp(at, handler)
        return Promise.reject(new NetError('permission', 'no'))
      },
    }
    const made = new Agent(refusing)
    closers.push(() => made.close())
    await made.driver.apply([rule(80, [a])])
    assert.deepEqual(made.remapped, [8080])
    assert.equal(await ask(8080), 'a:hi')
  })

  it('forwards datagrams, each client to one target', async () => {
    const echo = createSocket('udp4')
    echo.on('message', (data, from) => echo.send(`echo:${String(data)}`, from.port, from.address))
    await new Promise<void>((resolve) => echo.bind(0, '127.0.0.1', () => resolve()))
    closers.push(() => new Promise<void>((resolve) => echo.close(() => resolve())))
    const { driver } = agent()
    const target = { address: '127.0.0.1', port: echo.address().port }
    await driver.apply([rule(port, [target], { protocol: 'UDP' })])
    const client = createSocket('udp4')
    closers.push(() => new Promise<void>((resolve) => client.close(() => resolve())))
    const heard: string[] = []
    client.on('message', (data) => heard.push(String(data)))
    client.send('one', port, ADDRESS)
    client.send('two', port, ADDRESS)
    await until('both are answered', () => (heard.length === 2 ? true : undefined))
    assert.deepEqual(heard.sort(), ['echo:one', 'echo:two'])
  })
})

describe('servedPorts', () => {
  const listener = { address: '', port: 0, close: () => Promise.resolve() }

  function netWith(allowed: (port: number) => NetErrorCode | undefined, tried: number[]): Net {
    return {
      ...systemNet,
      listenTcp: ({ port }) => {
        tried.push(port)
        const code = allowed(port)
        return code ? Promise.reject(new NetError(code, code)) : Promise.resolve(listener)
      },
    }
  }

  it('finds by one try per port which need root', async () => {
    const tried: number[] = []
    const served = servedPorts(
      netWith((port) => (port < 400 ? 'permission' : port === 443 ? 'in-use' : undefined), tried),
    )
    const found = await Promise.all([80, 80, 443, 500, 8080].map(served))
    assert.deepEqual(found, [8080, 8080, 443, 500, 8080])
    assert.deepEqual(tried, [80, 443, 500])
  })
})

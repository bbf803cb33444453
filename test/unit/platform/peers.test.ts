import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:tls'
import { type MemberId, type PeerReceiver, silentLog } from '../../../src/base/index.ts'
import { inquire, tlsPeers } from '../../../src/platform/index.ts'
import { testPki } from './pki.ts'

const pki = testPki()
type Peers = Awaited<ReturnType<typeof tlsPeers>>

/** What a receiver was told, as text. */
class Recorder implements PeerReceiver {
  readonly seen: string[] = []
  failStream = false
  onRoundTrip: (peer: MemberId, seconds: number) => void = () => undefined
  onFrame(from: MemberId, frame: Uint8Array): void {
    this.seen.push(`${from}: ${Buffer.from(frame).toString()}`)
  }
  async onStream(from: MemberId, header: Uint8Array, chunks: AsyncIterable<Uint8Array>) {
    let size = 0
    for await (const chunk of chunks) {
      size += chunk.length
      if (this.failStream) throw new Error('no room')
    }
    this.seen.push(`${from}: stream ${Buffer.from(header).toString()} ${size}`)
  }
  onDown(peer: MemberId): void {
    this.seen.push(`down ${peer}`)
  }
  onUp(peer: MemberId): void {
    this.seen.push(`up ${peer}`)
  }
  onRemoved(): void {
    this.seen.push('removed')
  }
  onInquiry(): Uint8Array {
    return Buffer.from('the members')
  }
  async saw(text: string): Promise<void> {
    while (!this.seen.includes(text)) await new Promise((resolve) => setTimeout(resolve, 2))
  }
}

describe('platform: peers', () => {
  const open: Peers[] = []
  const start = async (self: MemberId, options: { port?: number; clusterId?: bigint } = {}) => {
    const peers = await tlsPeers({
      self,
      clusterId: options.clusterId ?? 7n,
      listen: { address: '127.0.0.1', port: options.port ?? 0 },
      tls: pki.server,
      log: silentLog,
      authorize: (identity) => identity.commonName === 'server',
    })
    open.push(peers)
    const recorder = new Recorder()
    peers.receive(recorder)
    return { peers, recorder, url: `https://127.0.0.1:${peers.listener.port}` }
  }
  afterEach(() => Promise.all(open.splice(0).map((peers) => peers.close())))

  it('tells the members to who asks, though the answer comes together with the welcome', async () => {
    const listen = { address: '127.0.0.1', port: 0 }
    const peers = await tlsPeers({ self: 1, clusterId: 7n, listen, tls: undefined, log: silentLog })
    open.push(peers)
    peers.receive(new Recorder())
    const url = `http://127.0.0.1:${peers.listener.port}`
    for (let i = 0; i < 50; i++) {
      assert.equal(Buffer.from(await inquire(url, undefined)).toString(), 'the members')
    }
  })

  it('says how long a word and its answer take, beside the frames', async () => {
    const [a, b] = await Promise.all([start(1), start(2)])
    const took = new Promise<[number, number]>((resolve) => {
      a.recorder.onRoundTrip = (peer, seconds) => resolve([peer, seconds])
    })
    a.peers.setPeer(2, [b.url])
    const [peer, seconds] = await took
    assert.equal(peer, 2)
    assert.ok(seconds > 0 && seconds < 10)
    a.peers.send(2, Buffer.from('a frame'))
    await b.recorder.saw('1: a frame')
    assert.deepEqual(b.recorder.seen, ['1: a frame'])
  })

  it('answers a peer whose address it does not know, over the connection that came', async () => {
    const [a, b] = await Promise.all([start(1), start(2)])
    a.peers.setPeer(2, [b.url])
    await a.recorder.saw('up 2')
    b.peers.send(1, Buffer.from('too early'))
    a.peers.send(2, Buffer.from('who are you?'))
    await b.recorder.saw('1: who are you?')
    b.peers.send(1, Buffer.from('two'))
    b.peers.send(1, Buffer.alloc(0))
    b.peers.send(1, Buffer.from('again'))
    await a.recorder.saw('2: again')
    assert.deepEqual(a.recorder.seen, ['up 2', '2: two', '2: ', '2: again'])
    b.peers.removePeer(1)
    await a.recorder.saw('removed')
  })

  it('delivers frames in order, empty and large ones too', async () => {
    const [a, b] = await Promise.all([start(1), start(2)])
    a.peers.setPeer(2, [b.url])
    await a.recorder.saw('up 2')
    a.peers.send(2, Buffer.from('one'))
    a.peers.send(2, Buffer.alloc(0))
    a.peers.send(2, Buffer.alloc(3_000_000, 'x'))
    a.peers.send(2, Buffer.from('two'))
    await b.recorder.saw('1: two')
    assert.deepEqual(
      b.recorder.seen.map((text) => text.length),
      [6, 3, 3_000_003, 6],
    )
  })

  it('tells at once when a peer breaks, and finds it again', async () => {
    const [a, b] = await Promise.all([start(1), start(2)])
    a.peers.setPeer(2, [b.url])
    await a.recorder.saw('up 2')
    const { port } = b.peers.listener
    const before = performance.now()
    await b.peers.close()
    await a.recorder.saw('down 2')
    assert(performance.now() - before < 1000)
    a.peers.send(2, Buffer.from('lost'))
    a.recorder.seen.length = 0
    const again = await start(2, { port })
    await a.recorder.saw('up 2')
    a.peers.send(2, Buffer.from('found'))
    await again.recorder.saw('1: found')
    assert(!again.recorder.seen.includes('1: lost'))
  })

  it('carries a long transfer whole, or not at all', async () => {
    const [a, b] = await Promise.all([start(1), start(2)])
    a.peers.setPeer(2, [b.url])
    const signal = new AbortController().signal
    const chunks = async function* (breakAt = Infinity) {
      for (let i = 0; i < 40; i++) {
        if (i === breakAt) throw new Error('the disk failed')
        yield Buffer.alloc(256 * 1024)
      }
    }
    await a.peers.sendStream(2, Buffer.from('h'), chunks(), { signal })
    assert(b.recorder.seen.includes(`1: stream h ${40 * 256 * 1024}`))
    b.recorder.seen.length = 0
    await assert.rejects(a.peers.sendStream(2, Buffer.from('h'), chunks(20), { signal }), /disk/)
    b.recorder.failStream = true
    await assert.rejects(a.peers.sendStream(2, Buffer.from('h'), chunks(), { signal }))
    const aborted = AbortSignal.abort(new Error('stopped'))
    await assert.rejects(
      a.peers.sendStream(2, Buffer.from('h'), chunks(), { signal: aborted }),
      /stopped/,
    )
    assert.deepEqual(b.recorder.seen, [])
  })

  it('turns away members of another cluster, and who is no member', async () => {
    const [a, b] = await Promise.all([start(1), start(2, { clusterId: 8n })])
    a.peers.setPeer(2, [b.url])
    const signal = new AbortController().signal
    const none = (async function* (): AsyncGenerator<Uint8Array> {})()
    await assert.rejects(
      a.peers.sendStream(2, Buffer.from('h'), none, { signal }),
      /belong to different clusters/,
    )
    assert(!a.recorder.seen.includes('up 2'))
    const { caPem: ca, certPem: cert, keyPem: key } = pki.client
    const socket = connect({ host: '127.0.0.1', port: b.peers.listener.port, ca, cert, key })
    socket.on('error', () => undefined)
    socket.write(Buffer.from([0, 0, 0, 1, 0]))
    socket.resume()
    await once(socket, 'close')
  })

  /** One that judges peers' certificates as `refuse` does, and a connection to it. */
  const startJudging = async (refuse: () => Promise<string | undefined>) => {
    const peers = await tlsPeers({
      self: 1,
      clusterId: 7n,
      listen: { address: '127.0.0.1', port: 0 },
      tls: { ...pki.server, refuse },
      log: silentLog,
    })
    open.push(peers)
    const { caPem: ca, certPem: cert, keyPem: key } = pki.server
    const at = { host: '127.0.0.1', port: peers.listener.port }
    const socket = connect({ ...at, ca, cert, key })
    socket.on('error', () => undefined)
    return { peers, socket }
  }

  it('looks after a connection while it asks who that is', async () => {
    let asked = () => {}
    const asking = new Promise<void>((resolve) => (asked = resolve))
    let answer: (reason: string | undefined) => void = () => {}
    const { peers, socket } = await startJudging(() => {
      asked()
      return new Promise((resolve) => (answer = resolve))
    })
    await asking
    const closed = once(socket, 'close')
    await Promise.all([peers.close(), closed])
    answer(undefined)
  })

  it('closes a connection when it cannot find out who that is', async () => {
    const { socket } = await startJudging(() => Promise.reject(new Error('no DNS')))
    await once(socket, 'close')
  })

  it('names the port that is in use', async () => {
    const a = await start(1)
    await assert.rejects(start(2, { port: a.peers.listener.port }), { code: 'in-use' })
  })
})

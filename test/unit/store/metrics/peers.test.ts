import assert from 'node:assert/strict'
import type { PeerReceiver, PeerTransport } from '../../../../src/base/index.ts'
import { countedPeers, Registry } from '../../../../src/store/metrics/index.ts'

async function* chunks(...sizes: number[]) {
  for (const size of sizes) yield new Uint8Array(size)
}

describe('the transport between members', () => {
  it('counts bytes either way, and who is connected', async () => {
    let below: PeerReceiver | undefined
    const frames: number[] = []
    const transport: PeerTransport = {
      send: (_, frame) => frames.push(frame.length),
      async sendStream(_to, _header, all) {
        for await (const chunk of all) frames.push(chunk.length)
      },
      receive(receiver) {
        below = receiver
      },
      setPeer() {},
      removePeer() {},
      close: async () => {},
    }
    const registry = new Registry()
    const counted = countedPeers(transport, { registry, self: 0xa })
    const heard: string[] = []
    counted.receive({
      onFrame: (from, frame) => heard.push(`frame ${from} ${frame.length}`),
      async onStream(from, _header, all) {
        for await (const chunk of all) heard.push(`stream ${from} ${chunk.length}`)
      },
      onDown: (peer) => heard.push(`down ${peer}`),
      onUp: (peer) => heard.push(`up ${peer}`),
      onRemoved: () => heard.push('removed'),
      onInquiry: () => new Uint8Array(3),
    })
    const { signal } = new AbortController()
    counted.send(0xb, new Uint8Array(10))
    await counted.sendStream(0xb, new Uint8Array(1), chunks(100, 5), { signal })
    below?.onUp(0xb)
    below?.onUp(0xc)
    below?.onFrame(0xc, new Uint8Array(7))
    await below?.onStream(0xc, new Uint8Array(1), chunks(30))
    below?.onDown(0xc)
    below?.onRemoved()
    assert.equal(below?.onInquiry().length, 3)
    assert.deepEqual(frames, [10, 100, 5])
    assert.deepEqual(heard, ['up 11', 'up 12', 'frame 12 7', 'stream 12 30', 'down 12', 'removed'])
    const told = await registry.expose()
    for (const line of [
      '# TYPE etcd_network_active_peers gauge',
      'etcd_network_active_peers{Local="a",Remote="b"} 1',
      'etcd_network_active_peers{Local="a",Remote="c"} 0',
      'etcd_network_peer_sent_bytes_total{To="b"} 115',
      'etcd_network_peer_received_bytes_total{From="c"} 37',
    ]) {
      assert.ok(told.split('\n').includes(line), line)
    }
  })
})

import assert from 'node:assert/strict'
import type { PeerReceiver, PeerTransport } from '../../../../src/base/index.ts'
import { ManualClock } from '../../../contract/manual-clock.ts'
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
    const counted = countedPeers(transport, { registry, self: 0xa, clock: new ManualClock() })
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
    below?.onRoundTrip?.(0xb, 0.0003)
    const broken = (async function* () {
      yield new Uint8Array(1)
      throw new Error('broken')
    })()
    await assert.rejects(counted.sendStream(0xb, new Uint8Array(1), broken, { signal }), /broken/)
    below?.onRemoved()
    assert.equal(below?.onInquiry().length, 3)
    assert.deepEqual(frames, [10, 100, 5, 1])
    assert.deepEqual(heard, ['up 11', 'up 12', 'frame 12 7', 'stream 12 30', 'down 12', 'removed'])
    const told = await registry.expose()
    for (const line of [
      '# TYPE etcd_network_active_peers gauge',
      'etcd_network_active_peers{Local="a",Remote="b"} 1',
      'etcd_network_active_peers{Local="a",Remote="c"} 0',
      'etcd_network_peer_sent_bytes_total{To="b"} 116',
      'etcd_network_peer_round_trip_time_seconds_bucket{To="b",le="0.0002"} 0',
      'etcd_network_peer_round_trip_time_seconds_bucket{To="b",le="0.0004"} 1',
      'etcd_network_snapshot_send_success{To="b"} 1',
      'etcd_network_snapshot_send_failures{To="b"} 1',
      'etcd_network_snapshot_send_inflights_total{To="b"} 0',
      'etcd_network_snapshot_send_total_duration_seconds_count{To="b"} 1',
      'etcd_network_snapshot_receive_success{From="c"} 1',
      'etcd_snap_db_save_total_duration_seconds_count 1',
      'etcd_network_peer_received_bytes_total{From="c"} 37',
    ]) {
      assert.ok(told.split('\n').includes(line), line)
    }
  })
})

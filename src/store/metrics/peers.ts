import type { Clock, MemberId, PeerTransport } from '../../base/index.ts'
import { exponentialBounds, type Registry } from './registry.ts'
import { wayOfSnapshots } from './snapshots.ts'

interface PeerMetricsOptions {
  readonly registry: Registry
  readonly self: MemberId
  readonly clock: Clock
}

/** A transport whose bytes and connections are counted, under etcd's names and its form of ids. */
export function countedPeers(transport: PeerTransport, given: PeerMetricsOptions): PeerTransport {
  const { cellsOf, connected, roundTrips, sending, receiving, name } = peerMetrics(given)
  return {
    send(to, frame) {
      cellsOf(to).sent.value += frame.length
      transport.send(to, frame)
    },
    sendStream(to, header, chunks, options) {
      const cell = cellsOf(to).sent
      const send = () => transport.sendStream(to, header, counted(chunks, cell), options)
      return sending.during(name(to), send)
    },
    receive(receiver) {
      transport.receive({
        onFrame(from, frame) {
          cellsOf(from).received.value += frame.length
          receiver.onFrame(from, frame)
        },
        onStream(from, header, chunks) {
          const cell = cellsOf(from).received
          const receive = () => receiver.onStream(from, header, counted(chunks, cell))
          return receiving.during(name(from), receive)
        },
        onRoundTrip(peer, seconds) {
          roundTrips(name(peer)).observe(seconds)
          receiver.onRoundTrip?.(peer, seconds)
        },
        onDown(peer) {
          connected(peer, 0)
          receiver.onDown(peer)
        },
        onUp(peer) {
          connected(peer, 1)
          receiver.onUp(peer)
        },
        onRemoved: () => receiver.onRemoved(),
        onInquiry: () => receiver.onInquiry(),
      })
    },
    setPeer: (id, peerUrls) => transport.setPeer(id, peerUrls),
    removePeer: (id) => transport.removePeer(id),
    close: () => transport.close(),
  }
}

function peerMetrics({ registry, self, clock }: PeerMetricsOptions) {
  const sent = registry.counter('etcd_network_peer_sent_bytes_total', 'Bytes sent to peers.', [
    'To',
  ])
  const received = registry.counter(
    'etcd_network_peer_received_bytes_total',
    'Bytes received from peers.',
    ['From'],
  )
  const active = registry.counter(
    'etcd_network_active_peers',
    'Peers that are connected.',
    ['Local', 'Remote'],
    'gauge',
  )
  const roundTrips = registry.histograms(
    'etcd_network_peer_round_trip_time_seconds',
    'Round-Trip-Time histogram between peers.',
    exponentialBounds(0.0001, 2, 16),
    'To',
  )
  const sending = wayOfSnapshots(registry, { clock, way: 'send', label: 'To' })
  const receiving = wayOfSnapshots(registry, { clock, way: 'receive', label: 'From' })
  const name = (id: MemberId) => id.toString(16)
  const cells = new Map<MemberId, { sent: { value: number }; received: { value: number } }>()
  const cellsOf = (id: MemberId) => {
    let found = cells.get(id)
    if (!found) {
      found = { sent: sent.cell(name(id)), received: received.cell(name(id)) }
      cells.set(id, found)
    }
    return found
  }
  const connected = (id: MemberId, value: number) => {
    active.cell(name(self), name(id)).value = value
  }
  return { cellsOf, connected, roundTrips, sending, receiving, name }
}

async function* counted(
  chunks: AsyncIterable<Uint8Array>,
  cell: { value: number },
): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    cell.value += chunk.length
    yield chunk
  }
}

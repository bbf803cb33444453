import type { MemberId, PeerTransport } from '../../base/index.ts'
import type { Registry } from './registry.ts'

/** A transport whose bytes and connections are counted, under etcd's names and its form of ids. */
export function countedPeers(
  transport: PeerTransport,
  { registry, self }: { registry: Registry; self: MemberId },
): PeerTransport {
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
  return {
    send(to, frame) {
      cellsOf(to).sent.value += frame.length
      transport.send(to, frame)
    },
    sendStream(to, header, chunks, options) {
      const cell = cellsOf(to).sent
      return transport.sendStream(to, header, counted(chunks, cell), options)
    },
    receive(receiver) {
      transport.receive({
        onFrame(from, frame) {
          cellsOf(from).received.value += frame.length
          receiver.onFrame(from, frame)
        },
        onStream: (from, header, chunks) =>
          receiver.onStream(from, header, counted(chunks, cellsOf(from).received)),
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

async function* counted(
  chunks: AsyncIterable<Uint8Array>,
  cell: { value: number },
): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    cell.value += chunk.length
    yield chunk
  }
}

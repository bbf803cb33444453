import type { Clock, Net, UdpSocket } from '../../base/index.ts'

const TIMEOUT_MS = 3_000

/** Asks another DNS server by UDP, the query sent as it came; undefined when it does not answer. */
export async function forward(
  query: Uint8Array,
  to: { address: string; port: number },
  { net, clock }: { net: Net; clock: Clock },
): Promise<Uint8Array | undefined> {
  let settle: (reply: Uint8Array | undefined) => void = () => undefined
  const replied = new Promise<Uint8Array | undefined>((resolve) => {
    settle = resolve
  })
  const isReply = (data: Uint8Array, from: { address: string; port: number }) =>
    from.port === to.port &&
    from.address === to.address &&
    data[0] === query[0] &&
    data[1] === query[1]
  const socket: UdpSocket = await net.listenUdp({ address: '0.0.0.0', port: 0 }, (data, from) => {
    if (isReply(data, from)) settle(data)
  })
  const timer = clock.after(TIMEOUT_MS, () => settle(undefined), { unref: true })
  try {
    socket.send(query, to)
    return await replied
  } finally {
    timer.cancel()
    await socket.close()
  }
}

import type { Connection, Net } from '../../../base/index.ts'
import { SpdySession, type SpdyStream } from './spdy-session.ts'

/** The protocol's name, in `X-Stream-Protocol-Version` and in a WebSocket's tunnel. */
export const PORT_FORWARD_PROTOCOL = 'portforward.k8s.io'

const DIAL_TIMEOUT_MS = 5_000

export interface ForwardTarget {
  /** The pod's address. */
  readonly address: string
  /** For messages: `web, uid 3f…`. */
  readonly label: string
}

interface Pair {
  readonly port: number
  error?: SpdyStream
  data?: SpdyStream
}

/**
 * Forwards connections to a pod's ports over SPDY/3.1: each is a pair of streams, `data` and
 * `error`, that one request id joins. Resolves when the client is gone.
 */
export async function portForward(
  connection: Connection,
  target: ForwardTarget,
  net: Net,
): Promise<void> {
  const pairs = new Map<string, Pair>()
  const running = new Set<Promise<void>>()
  const session = new SpdySession(connection, (stream) => {
    const { headers } = stream
    const port = Number(headers.get('port'))
    const type = headers.get('streamtype')
    if (!Number.isInteger(port) || port < 1 || port > 65_535) return false
    if (type !== 'error' && type !== 'data') return false
    // Of old there was no id: then the error stream is opened right before its data stream.
    const id = headers.get('requestid') ?? String(type === 'error' ? stream.id : stream.id - 2)
    const pair = pairs.get(id) ?? { port }
    if (pair[type] !== undefined || pair.port !== port) return false
    pair[type] = stream
    pairs.set(id, pair)
    const { error, data } = pair
    if (error && data) {
      pairs.delete(id)
      const work = forward({ port, error, data }, target, net)
        .catch(() => undefined)
        .finally(() => {
          session.forget(error)
          session.forget(data)
          running.delete(work)
        })
      running.add(work)
    }
    return true
  })
  try {
    await session.run()
  } catch {
    connection.destroy()
  }
  await Promise.all(running)
}

async function forward(
  { port, error, data }: { port: number; error: SpdyStream; data: SpdyStream },
  target: ForwardTarget,
  net: Net,
): Promise<void> {
  try {
    const to = { address: target.address, port }
    const pod = await net.dialTcp(to, { timeoutMs: DIAL_TIMEOUT_MS })
    data.onReset = () => pod.destroy()
    const upload = copyUp(data, pod)
    try {
      for await (const bytes of pod.incoming) await data.write(bytes)
      // The pod has said everything: the client's half may end whenever it likes.
      await data.end()
      await error.end()
      await upload
    } finally {
      pod.destroy()
    }
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    const text = `error forwarding port ${port} to pod ${target.label}: ${why}`
    if (!data.wasReset) await error.write(Buffer.from(text))
  } finally {
    data.incoming.destroy()
    error.incoming.destroy()
    await data.end()
    await error.end()
  }
}

async function copyUp(data: SpdyStream, pod: Connection): Promise<void> {
  try {
    for await (const bytes of data.incoming) await pod.write(bytes)
    pod.end()
  } catch {
    // The pod reads no more: what it still says is still handed on.
  }
}

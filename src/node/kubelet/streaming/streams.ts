import type {
  Clock,
  Connection,
  HttpRequest,
  HttpResponse,
  Log,
  Net,
  Upgrade,
} from '../../../base/index.ts'
import { newest } from '../container-plan.ts'
import type { PodView } from '../pod-words.ts'
import type { LiveCommand, Runtime } from '../runtime/types.ts'
import { commandOverSpdy, SPDY_COMMAND_PROTOCOL } from './command-over-spdy.ts'
import { COMMAND_PROTOCOLS, commandOverWebSocket } from './command-over-websocket.ts'
import { chooseSpdy, chooseWebSocket, refuse } from './handshake.ts'
import { PORT_FORWARD_PROTOCOL, portForward } from './port-forward.ts'
import { type RemoteStreams, runRemote, type StreamChoice } from './remote-command.ts'
import { tunnel } from './tunnel.ts'

export interface StreamParts {
  readonly runtime: Runtime
  readonly clock: Clock
  readonly net: Net
  readonly log: Log
}

/** First words of the paths that are served here. */
export const STREAM_PATHS: readonly string[] = ['exec', 'attach', 'portForward']

/** SPDY inside a WebSocket (KEP-4006). */
const TUNNELLED = `SPDY/3.1+${PORT_FORWARD_PROTOCOL}`

/**
 * `/exec/{namespace}/{pod}/{container}`, `/attach/…` and `/portForward/{namespace}/{pod}`: a 101
 * that speaks the protocol which the client chose, or what is wrong with the request.
 */
export function kubeletStream(
  request: HttpRequest,
  at: { kind: string; container: string; pod: PodView | undefined; query: URLSearchParams },
  parts: StreamParts,
): HttpResponse {
  const { kind, container, pod, query } = at
  if (!pod) return refuse(404, 'pod does not exist')
  if (kind === 'portForward') return forwardStream(request, pod, parts)
  const choice = choiceOf(query)
  if (!choice.stdin && !choice.stdout && !choice.stderr) {
    return refuse(400, 'you must specify at least 1 of stdin, stdout, stderr')
  }
  const running = newest(parts.runtime.containers(pod.metadata.uid), container)
  if (running?.state.kind !== 'running') {
    return refuse(500, `container not found ("${container}")`)
  }
  const { id } = running
  const command = query.getAll('command')
  if (kind === 'exec' && command.length === 0) return refuse(400, 'you must specify a command')
  const { tty } = choice
  const open = (signal: AbortSignal): Promise<LiveCommand> =>
    kind === 'exec'
      ? parts.runtime.open(id, { command, tty, signal })
      : parts.runtime.attach(id, { stdin: choice.stdin, signal })
  return commandStream(request, { choice, open }, parts)
}

function choiceOf(query: URLSearchParams): StreamChoice {
  const has = (name: string) => query.get(name) === '1' || query.get(name) === 'true'
  const tty = has('tty')
  // A terminal has one output.
  return { stdin: has('input'), stdout: has('output'), stderr: has('error') && !tty, tty }
}

function commandStream(
  request: HttpRequest,
  of: { choice: StreamChoice; open: (signal: AbortSignal) => Promise<LiveCommand> },
  parts: StreamParts,
): HttpResponse {
  const { choice, open } = of
  const run = (streams: RemoteStreams) => runRemote(() => open(streams.gone), streams, choice)
  if (isWebSocket(request)) {
    return chooseWebSocket(request, COMMAND_PROTOCOLS, (protocol) =>
      told(parts, (connection) => commandOverWebSocket(connection, { protocol, choice }, run)),
    )
  }
  const { clock } = parts
  return chooseSpdy(request, SPDY_COMMAND_PROTOCOL, () =>
    told(parts, (connection) => commandOverSpdy(connection, { choice, clock }, run)),
  )
}

function forwardStream(request: HttpRequest, pod: PodView, parts: StreamParts): HttpResponse {
  const { runtime, net } = parts
  const { name, uid } = pod.metadata
  const address = runtime.hollow ? undefined : runtime.sandbox(uid)?.ip
  if (address === undefined) return refuse(500, `pod not found ("${name}")`)
  const target = { address, label: `${name}, uid ${uid}` }
  if (isWebSocket(request)) {
    return chooseWebSocket(request, [TUNNELLED], () =>
      told(parts, (connection) => portForward(tunnel(connection), target, net)),
    )
  }
  return chooseSpdy(request, PORT_FORWARD_PROTOCOL, () =>
    told(parts, (connection) => portForward(connection, target, net)),
  )
}

function isWebSocket(request: HttpRequest): boolean {
  return request.headers['upgrade']?.toLowerCase() === 'websocket'
}

/** A client that goes away in the middle is everyday. */
function told({ log }: StreamParts, serve: (connection: Connection) => Promise<void>): Upgrade {
  return async (connection) => {
    try {
      await serve(connection)
    } catch (error) {
      log.debug('a stream to a container broke', { error })
      connection.destroy()
    }
  }
}

import type { Clock, HttpHandler, Log, Random } from '../base/index.ts'
import type { KubeObject, Resource } from '../api/index.ts'
import { TypedClient } from './resource-client.ts'
import { Transport } from './transport.ts'
import type { CallOptions, Client, ResourceClient } from './types.ts'

export interface ClientOptions {
  /** Over HTTPS, failing over between masters; or an API server in the same process. */
  readonly transport: HttpHandler
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  /** Names the part to the server: becomes the manager in `managedFields`. */
  readonly userAgent?: string
}

/** A client of the API. It holds no connection of its own and needs no disposal. */
export function createClient(options: ClientOptions): Client {
  const transport = new Transport({
    transport: options.transport,
    clock: options.clock,
    random: options.random.fork('client'),
    userAgent: options.userAgent ?? 'navarch',
  })
  return {
    for: <T extends KubeObject>(resource: Resource<T>): ResourceClient<T> =>
      new TypedClient(resource, transport),
    async request(call, callOptions: CallOptions = {}) {
      const answer = await transport.call({
        method: call.method,
        path: call.path,
        ...(call.body !== undefined && { body: JSON.stringify(call.body) }),
        ...(call.contentType && { contentType: call.contentType }),
        ...callOptions,
      })
      return answer.length === 0 ? undefined : parse(answer)
    },
  }
}

function parse(answer: Uint8Array): unknown {
  return JSON.parse(new TextDecoder().decode(answer))
}

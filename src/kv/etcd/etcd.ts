import { type GrpcClient, GrpcCode, KvError } from '../../base/index.ts'
import { etcdserverpb as pb } from '../../gen/etcd.js'
import type { EtcdCallOptions, EtcdCalls, EtcdRange } from '../etcd-calls.ts'
import { EtcdKv } from '../etcd-kv.ts'
import type { Kv } from '../types.ts'
import { headerOf, keyValueOf, kvError, opOf } from './convert.ts'
import { GrpcWatchStream } from './watch.ts'

/**
 * An etcd v3 server, ours or the original, as a `Kv`. The client becomes the `Kv`'s and is closed
 * with it. etcd below 3.4.25 and 3.5.8 may let progress overtake events (etcd issue 15220): there
 * a progress answer only counts once a second one has come behind it.
 */
export function etcdKv(client: GrpcClient): Kv {
  return new EtcdKv(new GrpcCalls(client), { onClose: () => client.close() })
}

class GrpcCalls implements EtcdCalls {
  readonly #client: GrpcClient
  #progressIsOrdered: Promise<boolean> | undefined

  constructor(client: GrpcClient) {
    this.#client = client
  }

  async range(request: pb.RangeRequest.$Properties, options: EtcdCallOptions): Promise<EtcdRange> {
    const bytes = pb.RangeRequest.encode(request).finish()
    const response = pb.RangeResponse.decode(await this.#unary('KV/Range', bytes, options))
    const { kvs, more, count } = response
    return { header: headerOf(response), kvs: kvs.map(keyValueOf), more, count }
  }

  async txn(request: pb.TxnRequest.$Properties, options: EtcdCallOptions) {
    const bytes = pb.TxnRequest.encode(request).finish()
    const response = pb.TxnResponse.decode(await this.#unary('KV/Txn', bytes, options))
    const { succeeded, responses } = response
    return { header: headerOf(response), succeeded, responses: responses.map(opOf) }
  }

  async compact(request: pb.CompactionRequest.$Properties, options: EtcdCallOptions) {
    const bytes = pb.CompactionRequest.encode(request).finish()
    return await this.#unary('KV/Compact', bytes, options)
  }

  async leaseGrant(request: pb.LeaseGrantRequest.$Properties, options: EtcdCallOptions) {
    const bytes = pb.LeaseGrantRequest.encode(request).finish()
    const answer = await this.#unary('Lease/LeaseGrant', bytes, options)
    const { ID, error } = pb.LeaseGrantResponse.decode(answer)
    if (error) throw new KvError(GrpcCode.unknown, error)
    return { id: ID }
  }

  async leaseRevoke(id: bigint, options: EtcdCallOptions) {
    const bytes = pb.LeaseRevokeRequest.encode({ ID: id }).finish()
    return await this.#unary('Lease/LeaseRevoke', bytes, options)
  }

  async leaseKeepAlive(id: bigint, options: EtcdCallOptions) {
    const request = pb.LeaseKeepAliveRequest.encode({ ID: id }).finish()
    const path = '/etcdserverpb.Lease/LeaseKeepAlive'
    try {
      for await (const answer of this.#client.stream(path, once(request), options)) {
        return { ttlSeconds: pb.LeaseKeepAliveResponse.decode(answer).TTL }
      }
    } catch (error) {
      throw kvError(error)
    }
    throw new KvError(GrpcCode.unavailable, 'etcdserver: the lease stream ended without an answer')
  }

  watch(): GrpcWatchStream {
    this.#progressIsOrdered ??= this.#ordersProgress()
    return new GrpcWatchStream(this.#client, this.#progressIsOrdered)
  }

  async #ordersProgress(): Promise<boolean> {
    try {
      const path = '/etcdserverpb.Maintenance/Status'
      const { version } = pb.StatusResponse.decode(
        await this.#client.unary(path, new Uint8Array(0)),
      )
      return isOrdered(version)
    } catch {
      // Asked again with the next watch; until then the careful way.
      this.#progressIsOrdered = undefined
      return false
    }
  }

  async #unary(method: string, request: Uint8Array, options: EtcdCallOptions) {
    try {
      return await this.#client.unary(`/etcdserverpb.${method}`, request, options)
    } catch (error) {
      throw kvError(error)
    }
  }
}

function isOrdered(version: string): boolean {
  const [major = 0, minor = 0, patch = 0] = version.split(/[.-]/).map(Number)
  if (major !== 3) return major > 3
  if (minor === 4) return patch >= 25
  if (minor === 5) return patch >= 8
  return minor > 5
}

async function* once(request: Uint8Array): AsyncGenerator<Uint8Array> {
  yield request
}

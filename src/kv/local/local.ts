import type { EtcdApi } from '../../store/index.ts'
import { EtcdKv } from '../etcd-kv.ts'
import type { Kv } from '../types.ts'

/** The store's member in this process as a `Kv`. Closing it leaves the store running. */
export function localKv(store: EtcdApi): Kv {
  return new EtcdKv(store)
}

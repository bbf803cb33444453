import { createHash } from 'node:crypto'
import { type Clock, hasReason, type Random } from '../../../base/index.ts'
import { formatMicroTime, type Lease, parseTime } from '../../../api/index.ts'
import { createObject } from '../registry/create.ts'
import { deleteObject } from '../registry/delete.ts'
import { fetch, keyOf, type Store } from '../registry/store.ts'
import { mainRules, updateObject } from '../registry/update.ts'
import type { Advertised } from './kubernetes-service.ts'
import { systemCall } from './system-call.ts'

const NAMESPACE = 'kube-system'
const IDENTITY = 'apiserver.kubernetes.io/identity'
const KUBE_APISERVER = 'kube-apiserver'
const DURATION_SECONDS = 3600
const BASE32 = 'abcdefghijklmnopqrstuvwxyz234567'

/**
 * The Lease by which an API server says that it is there (KEP-1965). Those that have run out are
 * removed by whoever finds them.
 */
export class IdentityLease {
  readonly #leases: Store
  readonly #clock: Clock
  readonly #host: string
  readonly #name: string
  readonly #holder: string

  constructor(parts: { leases: Store; clock: Clock; random: Random; advertise: Advertised }) {
    const { address, port } = parts.advertise
    this.#leases = parts.leases
    this.#clock = parts.clock
    this.#host = address
    this.#name = `apiserver-${nameHash(`${address}:${port}`)}`
    this.#holder = `${this.#name}_${parts.random.uuid()}`
  }

  /** Renews the Lease and takes away those of servers that are gone. To be called now and then. */
  async pass({ signal }: { signal: AbortSignal }): Promise<void> {
    await this.#renew(signal)
    await this.#collect(signal)
  }

  async #renew(signal: AbortSignal): Promise<void> {
    const call = systemCall(NAMESPACE, signal)
    const spec = {
      holderIdentity: this.#holder,
      leaseDurationSeconds: DURATION_SECONDS,
      renewTime: formatMicroTime(this.#clock.nowMs()),
    }
    const name = this.#name
    if (await fetch(this.#leases, keyOf(this.#leases, call, name), signal)) {
      const rules = mainRules(this.#leases)
      await updateObject(this.#leases, call, { name, rules, change: (old) => ({ ...old, spec }) })
      return
    }
    const labels = { [IDENTITY]: KUBE_APISERVER, 'kubernetes.io/hostname': this.#host }
    const lease: Lease = { metadata: { name, namespace: NAMESPACE, labels }, spec }
    await createObject(this.#leases, call, lease)
  }

  async #collect(signal: AbortSignal): Promise<void> {
    const call = systemCall(NAMESPACE, signal)
    for (const item of this.#leases.cache.list(keyOf(this.#leases, call, 'apiserver-'))) {
      const lease = item.parse() as Lease
      if (lease.metadata.labels?.[IDENTITY] !== KUBE_APISERVER) continue
      if (!hasRunOut(lease, this.#clock.nowMs())) continue
      const { name = '', uid = '', resourceVersion = '' } = lease.metadata
      const options = { preconditions: { uid, resourceVersion } }
      try {
        await deleteObject(this.#leases, call, { name, options })
      } catch (error) {
        if (!hasReason(error, 'NotFound', 'Conflict')) throw error
      }
    }
  }
}

function hasRunOut({ spec }: Lease, nowMs: number): boolean {
  const renewedMs = parseTime(spec?.renewTime)
  if (renewedMs === undefined || spec?.leaseDurationSeconds === undefined) return true
  return renewedMs + spec.leaseDurationSeconds * 1000 < nowMs
}

/** 26 characters, as upstream's: half of a SHA-256 in base 32. */
function nameHash(text: string): string {
  const bytes = createHash('sha256').update(text).digest().subarray(0, 16)
  let bits = BigInt(`0x${bytes.toString('hex')}`) << 2n
  let out = ''
  for (let i = 0; i < 26; i++, bits >>= 5n) out = BASE32.charAt(Number(bits & 31n)) + out
  return out
}

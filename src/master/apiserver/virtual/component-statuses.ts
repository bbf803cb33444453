import type { HttpResponse } from '../../../base/index.ts'
import { withTimeout } from '../../../base/index.ts'
import { type ComponentStatus, type Lease, type Resource } from '../../../api/index.ts'
import { type Exchange, replyContext } from '../exchange.ts'
import { objectKey, REGISTRY } from '../keys.ts'
import { resourceCodec } from '../codec.ts'
import { listOptions } from '../options.ts'
import { parseSelection } from '../registry/select.ts'
import { replyObject, replyObjects } from '../respond.ts'
import { statusErrors } from '../status.ts'
import type { SubresourceHandler } from '../subresources/index.ts'
import type { VirtualParts } from './index.ts'

const CHECK_TIMEOUT_MS = 2_000
const LEASE_SECONDS_DEFAULT = 15

interface Component {
  readonly name: string
  /** What is wrong with it; undefined when it is well. */
  readonly check: (signal: AbortSignal) => Promise<string | undefined>
}

/**
 * How the parts of the control plane are, as `kubectl get componentstatuses` asked of old. Which
 * scheduler and which controllers lead, their Leases tell: nobody is asked over the network.
 */
export function componentStatuses(resource: Resource, parts: VirtualParts): SubresourceHandler {
  const components: readonly Component[] = [
    { name: 'scheduler', check: () => Promise.resolve(leader(parts, 'kube-scheduler')) },
    {
      name: 'controller-manager',
      check: () => Promise.resolve(leader(parts, 'kube-controller-manager')),
    },
    { name: 'etcd-0', check: (s) => store(parts, s) },
  ]
  return async (exchange) => {
    exchange.warnings.push('v1 ComponentStatus is deprecated in v1.19+')
    return exchange.at.verb === 'get'
      ? getOne(resource, components, exchange)
      : listAll(resource, components, exchange)
  }
}

async function getOne(
  resource: Resource,
  components: readonly Component[],
  exchange: Exchange,
): Promise<HttpResponse> {
  const { name } = exchange.at
  const component = components.find((of) => of.name === name)
  if (!component) throw statusErrors.plain(`Component not found: ${name}`)
  const served = await statusOf(component, exchange.signal)
  return replyObject(replyContext(exchange), resourceCodec(resource), { status: 200, served })
}

async function listAll(
  resource: Resource,
  components: readonly Component[],
  exchange: Exchange,
): Promise<HttpResponse> {
  const codec = resourceCodec(resource)
  const selection = parseSelection(resource, listOptions(exchange.query, false))
  const all = await Promise.all(components.map((of) => statusOf(of, exchange.signal)))
  const objects = all.filter((of) => selection.matches({ attributes: codec.attributes(of) }))
  return replyObjects(replyContext(exchange), codec, objects)
}

async function statusOf({ name, check }: Component, signal: AbortSignal): Promise<ComponentStatus> {
  const fault = await check(signal)
  const state = fault === undefined ? { status: 'True', message: 'ok' } : faulty(fault)
  return {
    kind: 'ComponentStatus',
    apiVersion: 'v1',
    metadata: { name },
    conditions: [{ type: 'Healthy', ...state }],
  }
}

const faulty = (message: string) => ({ status: 'False', message })

async function store(
  { kv, clock }: VirtualParts,
  signal: AbortSignal,
): Promise<string | undefined> {
  const late = () => new Error('the store did not answer in time')
  const read = (limited: AbortSignal) => kv.get(`${REGISTRY}/health`, { signal: limited })
  try {
    await withTimeout(clock, CHECK_TIMEOUT_MS, late, read, { signal })
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

function leader({ leases, clock }: VirtualParts, name: string): string | undefined {
  const key = leases && objectKey(leases.resource, { namespace: 'kube-system', name })
  const lease = key && leases.cache.get(key)?.parse()
  const { renewTime, holderIdentity, leaseDurationSeconds } =
    (lease as Lease | undefined)?.spec ?? {}
  if (!renewTime || !holderIdentity) return 'nobody holds its lease'
  const seconds = leaseDurationSeconds ?? LEASE_SECONDS_DEFAULT
  const endsMs = Date.parse(renewTime) + seconds * 1000
  return endsMs < clock.nowMs() ? `${holderIdentity} does not renew its lease` : undefined
}

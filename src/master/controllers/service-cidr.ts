import {
  cidrContains,
  findCondition,
  formatTime,
  type IPAddress,
  ipAddresses,
  type ServiceCIDR,
  serviceCidrs,
  withCondition,
} from '../../api/index.ts'
import type { ReconcileResult } from '../../client/index.ts'
import { overlap } from './node-ipam-plan.ts'
import {
  type Cached,
  changesOf,
  type Controller,
  type ControllerContext,
  done,
  draft,
  objectsOf,
  requeueAfter,
} from './runtime.ts'

const FINALIZER = 'networking.k8s.io/service-cidr-finalizer'
/** API servers may go on giving addresses until they have heard that a block is going. */
const DELETION_GRACE_MS = 10_000

type ReadCidr = Cached<ServiceCIDR>

/** Says whether a block of service addresses can be used, and keeps it while addresses are taken. */
export function serviceCidrController(context: ControllerContext): Controller {
  const blocks = context.informers.for(serviceCidrs)
  const addresses = context.informers.for(ipAddresses)
  const client = context.client.for(serviceCidrs)
  const { clock } = context
  type Call = { signal: AbortSignal }

  async function setReady(
    block: ReadCidr,
    verdict: { status: 'True' | 'False'; reason: string; message: string },
    call: Call,
  ): Promise<void> {
    const known = findCondition(block.status?.conditions, 'Ready')
    if (known?.status === verdict.status && known.message === verdict.message) return
    const wanted = draft<ServiceCIDR>(block)
    const lastTransitionTime = formatTime(clock.nowMs())
    const next = { type: 'Ready', ...verdict, lastTransitionTime }
    wanted.status = { conditions: withCondition(wanted.status?.conditions, next) }
    await client.updateStatus(wanted, call)
  }

  async function setFinalizers(block: ReadCidr, finalizers: string[], call: Call): Promise<void> {
    const wanted = draft<ServiceCIDR>(block)
    wanted.metadata.finalizers = finalizers
    await client.update(wanted, call)
  }

  async function letGo(block: ReadCidr, call: Call): Promise<ReconcileResult> {
    const finalizers = block.metadata.finalizers ?? []
    if (!finalizers.includes(FINALIZER)) return done
    if (!canGo(block, { blocks: blocks.list(), addresses: addresses.list() })) {
      const message =
        'There are still IPAddresses referencing the ServiceCIDR, please remove them or create a new ServiceCIDR'
      await setReady(block, { status: 'False', reason: 'Terminating', message }, call)
      return done
    }
    const sinceMs = Date.parse(block.metadata.deletionTimestamp ?? '')
    const leftMs = sinceMs + DELETION_GRACE_MS - clock.nowMs()
    if (leftMs > 0) return requeueAfter(leftMs)
    await setFinalizers(
      block,
      finalizers.filter((name) => name !== FINALIZER),
      call,
    )
    return done
  }

  async function reconcile(name: string, call: Call): Promise<ReconcileResult> {
    const block = blocks.get(name)
    if (!block) return done
    if (block.metadata.deletionTimestamp !== undefined) return letGo(block, call)
    const finalizers = block.metadata.finalizers ?? []
    if (!finalizers.includes(FINALIZER)) {
      // The write comes back as a change, and then the condition is set.
      await setFinalizers(block, [...finalizers, FINALIZER], call)
      return done
    }
    const message = 'Kubernetes Service CIDR is ready'
    await setReady(block, { status: 'True', reason: '', message }, call)
    return done
  }

  return {
    name: 'service-cidr-controller',
    sources: [
      objectsOf(blocks),
      // A block that goes lets others stand alone, or one that comes takes its addresses over.
      changesOf(blocks, ({ old, now }) => related(now ?? old, blocks.list())),
      changesOf(addresses, ({ old, now }) => (now ? [] : holders(old, blocks.list()))),
    ],
    reconcile,
  }
}

function related(block: ReadCidr | undefined, all: Iterable<ReadCidr>): string[] {
  const own = block?.spec.cidrs ?? []
  return [...all]
    .filter(({ spec }) => spec.cidrs?.some((cidr) => own.some((each) => overlap(cidr, each))))
    .map(({ metadata }) => metadata.name)
}

function holders(address: Cached<IPAddress> | undefined, all: Iterable<ReadCidr>): string[] {
  const ip = address?.metadata.name ?? ''
  return [...all].filter((block) => holds(block, ip)).map(({ metadata }) => metadata.name)
}

const holds = ({ spec }: ReadCidr, ip: string) =>
  (spec.cidrs ?? []).some((cidr) => cidrContains(cidr, ip))

/** Whether each address in the block that is taken lies in another block as well. */
export function canGo(
  block: ReadCidr,
  of: { blocks: Iterable<ReadCidr>; addresses: Iterable<Cached<IPAddress>> },
): boolean {
  const others = [...of.blocks].filter(
    ({ metadata }) =>
      metadata.name !== block.metadata.name && metadata.deletionTimestamp === undefined,
  )
  const inside = [...of.addresses].filter(({ metadata }) => holds(block, metadata.name))
  return inside.every(({ metadata }) => others.some((other) => holds(other, metadata.name)))
}

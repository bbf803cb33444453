import { type Node, nodes } from '../../api/index.ts'
import type { ReconcileResult } from '../../client/index.ts'
import { BlockAllocator, type NodeBlocks } from './node-ipam-plan.ts'
import {
  changesOf,
  type Controller,
  type ControllerContext,
  done,
  requeueAfter,
  type Source,
} from './runtime.ts'

/** As kube-controller-manager's `--cluster-cidr`, `--node-cidr-mask-size`, `--service-cluster-ip-range`. */
export interface NodeIpamOptions {
  /** One for each family. */
  readonly blocks: readonly NodeBlocks[]
  readonly serviceRanges?: readonly string[]
}

const RETRY_MS = 5000

/** Gives each node a block of addresses for its pods (`spec.podCIDRs`). */
export function nodeIpamController(
  context: ControllerContext,
  { blocks, serviceRanges = [] }: NodeIpamOptions,
): Controller {
  const informer = context.informers.for(nodes)
  const allocators = blocks.map((each) => new BlockAllocator(each, serviceRanges))
  /** What each node has, or is about to have. */
  const held = new Map<string, readonly string[]>()

  const note = (name: string, cidrs: readonly string[]) => {
    held.set(name, cidrs)
    for (const [i, cidr] of cidrs.entries()) allocators[i]?.occupy(cidr)
  }
  const release = (name: string) => {
    for (const [i, cidr] of (held.get(name) ?? []).entries()) allocators[i]?.release(cidr)
    held.delete(name)
  }
  // Before any node gets a block it must be known which ones others have.
  const source: Source = changesOf<Node>(informer, ({ old, now }) => {
    if (!now) {
      if (old) release(old.metadata.name)
      return []
    }
    const { podCIDRs = [], podCIDR } = now.spec
    const cidrs = podCIDRs.length > 0 ? podCIDRs : podCIDR ? [podCIDR] : []
    if (cidrs.length > 0) note(now.metadata.name, cidrs)
    return cidrs.length > 0 ? [] : [now.metadata.name]
  })

  /** Undefined: a family has none left. */
  function takeBlocks(name: string): readonly string[] | undefined {
    const known = held.get(name)
    if (known) return known
    const taken = allocators.map((each) => each.take())
    const cidrs = taken.filter((block) => block !== undefined)
    if (cidrs.length === taken.length) {
      held.set(name, cidrs)
      return cidrs
    }
    for (const [i, block] of taken.entries()) if (block) allocators[i]?.release(block)
    return undefined
  }

  async function reconcile(name: string, call: { signal: AbortSignal }): Promise<ReconcileResult> {
    const node = informer.get(name)
    if (!node || node.spec.podCIDR) return done
    const podCIDRs = takeBlocks(name)
    if (!podCIDRs) {
      const message = `Node ${name} status is now: CIDRNotAvailable`
      context.recorder.event(node, { type: 'Normal', reason: 'CIDRNotAvailable', message })
      return requeueAfter(RETRY_MS)
    }
    const body = { spec: { podCIDR: podCIDRs[0], podCIDRs } }
    await context.client.for(nodes).patch({ name }, { type: 'strategic', body }, call)
    return done
  }

  return { name: 'node-ipam-controller', workers: 1, sources: [source], reconcile }
}

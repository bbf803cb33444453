import { hasReason } from '../../base/index.ts'
import {
  csiDrivers,
  keyOf,
  type Node,
  nodes,
  persistentVolumeClaims,
  persistentVolumes,
  type Pod,
  pods,
  semanticEqual,
  type VolumeAttachment,
  volumeAttachments,
} from '../../api/index.ts'
import type { ReconcileResult } from '../../client/index.ts'
import {
  type AttachableVolume,
  attachableVolume,
  attachmentName,
  exclusiveElsewhere,
  isManaged,
  isSafeToDetach,
  uniqueVolumeName,
  wantedVolumes,
} from './attach-detach-plan.ts'
import { indexByNode, podsOnNode } from './pods-by-node.ts'
import {
  type Cached,
  changesOf,
  type Controller,
  type ControllerContext,
  done,
  requeueAfter,
  syncOf,
} from './runtime.ts'
import { claimsOfPod } from './volume-protection.ts'

const RETRY_MS = 1000
/** kube-controller-manager's limit for a node that does not answer. */
const UNMOUNT_MAX_MS = 6 * 60_000
const BY_NODE = 'node'
const BY_VOLUME = 'volume'
const BY_CLAIM = 'claim'
const ATTACHING = 'attaching'
const ATTACHED = 'attached'

type Call = { signal: AbortSignal }

/** Has the volumes of CSI drivers attached to the nodes whose pods use them. Keys: nodes. */
export function attachDetachController(context: ControllerContext): Controller {
  const controller = new AttachDetach(context)
  const { informers } = context
  return {
    name: 'persistentvolume-attach-detach-controller',
    sources: [
      syncOf(controller.drivers),
      changesOf(controller.volumes, ({ now }) => {
        const claim = now?.spec.claimRef
        return claim ? controller.nodesOf(`${claim.namespace}/${claim.name}`) : []
      }),
      changesOf(controller.claims, ({ now }) => (now ? controller.nodesOf(keyOf(now)) : [])),
      changesOf(controller.nodes, ({ old, now }) => [(now ?? old)?.metadata.name ?? '']),
      changesOf(controller.pods, ({ old, now }) => {
        const pod = now ?? old
        return pod?.spec.nodeName && claimsOfPod(pod).length > 0 ? [pod.spec.nodeName] : []
      }),
      changesOf(informers.for(volumeAttachments), ({ old, now }) => {
        if (old && !now) controller.forget(old.metadata.name)
        return [(now ?? old)?.spec.nodeName ?? '']
      }),
    ],
    reconcile: (key, call) => controller.reconcile(key, call),
  }
}

class AttachDetach {
  readonly drivers
  readonly volumes
  readonly claims
  readonly nodes
  readonly pods
  readonly #attachments
  readonly #context: ControllerContext
  /** Since when nobody needs an attachment, by its name. */
  readonly #unwantedSinceMs = new Map<string, number>()
  /** What pods have been told last of an attachment, by its name. */
  readonly #told = new Map<string, string>()

  constructor(context: ControllerContext) {
    this.#context = context
    const { informers } = context
    this.drivers = informers.for(csiDrivers)
    this.volumes = informers.for(persistentVolumes)
    this.claims = informers.for(persistentVolumeClaims)
    this.nodes = informers.for(nodes)
    this.pods = informers.for(pods)
    this.#attachments = informers.for(volumeAttachments)
    indexByNode(this.pods)
    this.pods.addIndex(BY_CLAIM, (pod) =>
      claimsOfPod(pod).map((name) => `${pod.metadata.namespace}/${name}`),
    )
    this.#attachments.addIndex(BY_NODE, ({ spec }) => [spec.nodeName])
    this.#attachments.addIndex(BY_VOLUME, ({ spec }) => [spec.source.persistentVolumeName ?? ''])
  }

  /** An attachment has gone, whoever has deleted it. */
  forget(name: string): void {
    this.#unwantedSinceMs.delete(name)
    this.#told.delete(name)
  }

  /** Nodes whose pods use the claim. */
  nodesOf(claim: string): string[] {
    return [...this.pods.byIndex(BY_CLAIM, claim)].flatMap(({ spec }) => spec.nodeName ?? [])
  }

  async reconcile(nodeName: string, call: Call): Promise<ReconcileResult> {
    const node = this.nodes.get(nodeName)
    const known = [...this.#attachments.byIndex(BY_NODE, nodeName)]
    if (!node && known.length === 0) return done
    const wanted =
      node && isManaged(node)
        ? wantedVolumes(podsOnNode(this.pods, nodeName), this.#lookups)
        : new Map<string, { volume: AttachableVolume; pods: Cached<Pod>[] }>()
    const there = new Set<string>()
    const goes: Cached<VolumeAttachment>[] = []
    let waits = false
    for (const attachment of known) {
      const volume = this.#ownVolume(attachment)
      if (!volume || attachment.metadata.deletionTimestamp !== undefined) continue
      there.add(volume.name)
      if (wanted.has(volume.name)) this.#unwantedSinceMs.delete(attachment.metadata.name)
      else if (this.#mayDetach(attachment, volume, node)) goes.push(attachment)
      else waits = true
    }
    // A node must not mount what is about to go: first its status, then the attachment.
    if (node) await this.#tellNode(node, known, goes, call)
    for (const attachment of goes) await this.#detach(attachment, call)
    for (const { volume, pods: users } of wanted.values()) {
      if (!there.has(volume.name)) {
        waits = !(await this.#attach(volume, { nodeName, users }, call)) || waits
      }
    }
    this.#tellPods(known, wanted)
    return waits ? requeueAfter(RETRY_MS) : done
  }

  get #lookups() {
    return {
      claim: (key: string) => this.claims.get(key),
      volume: (name: string) => this.volumes.get(name),
      driver: (name: string) => this.drivers.get(name),
    }
  }

  /** The volume of an attachment that this controller made, by its name. */
  #ownVolume({ metadata, spec }: Cached<VolumeAttachment>): AttachableVolume | undefined {
    const volume = this.volumes.get(spec.source.persistentVolumeName ?? '')
    const attachable = attachableVolume(volume, () => undefined)
    if (!attachable || attachmentName(attachable, spec.nodeName) !== metadata.name) return undefined
    return attachable
  }

  #mayDetach(
    { metadata }: Cached<VolumeAttachment>,
    volume: AttachableVolume,
    node: Cached<Node> | undefined,
  ): boolean {
    const nowMs = this.#context.clock.monotonicMs()
    const sinceMs = this.#unwantedSinceMs.get(metadata.name) ?? nowMs
    this.#unwantedSinceMs.set(metadata.name, sinceMs)
    return isSafeToDetach(node, volume, { ms: nowMs - sinceMs, mostMs: UNMOUNT_MAX_MS })
  }

  async #tellNode(
    node: Cached<Node>,
    known: readonly Cached<VolumeAttachment>[],
    goes: readonly Cached<VolumeAttachment>[],
    call: Call,
  ): Promise<void> {
    const volumesAttached = known
      .filter((each) => each.status.attached && !goes.includes(each))
      .flatMap((each) => this.#ownVolume(each) ?? [])
      .map((volume) => ({ name: uniqueVolumeName(volume), devicePath: '' }))
      .sort((a, b) => (a.name < b.name ? -1 : 1))
    const before = node.status.volumesAttached ?? []
    if (semanticEqual(before, volumesAttached)) return
    const body = { status: { volumesAttached } }
    const patch = { type: 'strategic', body, subresource: 'status' } as const
    await this.#context.client.for(nodes).patch({ name: node.metadata.name }, patch, call)
  }

  async #detach({ metadata }: Cached<VolumeAttachment>, call: Call): Promise<void> {
    const { name, uid } = metadata
    this.forget(name)
    try {
      const client = this.#context.client.for(volumeAttachments)
      await client.delete({ name }, { preconditions: { uid } }, call)
    } catch (error) {
      if (!hasReason(error, 'NotFound')) throw error
    }
  }

  /** False: it is still somewhere else. */
  async #attach(
    volume: AttachableVolume,
    { nodeName, users }: { nodeName: string; users: readonly Cached<Pod>[] },
    call: Call,
  ): Promise<boolean> {
    const name = attachmentName(volume, nodeName)
    const others = this.#attachments.byIndex(BY_VOLUME, volume.name)
    const elsewhere = exclusiveElsewhere(volume, nodeName, others)
    if (elsewhere !== undefined) {
      const why = this.#whyNot(volume, nodeName)
      this.#warn(name, users, `Multi-Attach error for volume "${volume.name}" ${why}`)
      return false
    }
    // The last one is still on its way out under this name.
    if (this.#attachments.get(name)) return true
    const attachment: VolumeAttachment = {
      metadata: { name },
      spec: { attacher: volume.driver, nodeName, source: { persistentVolumeName: volume.name } },
      status: { attached: false },
    }
    this.#told.set(name, ATTACHING)
    try {
      await this.#context.client.for(volumeAttachments).create(attachment, call)
    } catch (error) {
      if (!hasReason(error, 'AlreadyExists')) throw error
    }
    return true
  }

  #whyNot({ name }: AttachableVolume, nodeName: string): string {
    const claim = this.volumes.get(name)?.spec.claimRef
    const users = claim ? [...this.pods.byIndex(BY_CLAIM, `${claim.namespace}/${claim.name}`)] : []
    const others = users.filter(({ spec }) => spec.nodeName && spec.nodeName !== nodeName)
    return others.length > 0
      ? `Volume is already used by pod(s) ${others.map((pod) => pod.metadata.name).join(', ')}`
      : "Volume is already exclusively attached to one node and can't be attached to another"
  }

  #tellPods(
    known: readonly Cached<VolumeAttachment>[],
    wanted: ReadonlyMap<string, { volume: AttachableVolume; pods: Cached<Pod>[] }>,
  ): void {
    for (const { metadata, spec, status } of known) {
      const users = wanted.get(spec.source.persistentVolumeName ?? '')
      if (!users) continue
      const { volume } = users
      const { attachError } = status
      if (status.attached) this.#succeed(metadata.name, users.pods, volume)
      else if (attachError) {
        const said = attachError.message ?? ''
        const message = `AttachVolume.Attach failed for volume "${volume.name}" : ${said}`
        this.#warn(metadata.name, users.pods, message)
      }
    }
  }

  #succeed(key: string, users: readonly Cached<Pod>[], { name }: AttachableVolume): void {
    // What was attached before this controller began has been told by another one.
    const before = this.#told.get(key)
    if (before === undefined || before === ATTACHED) return
    this.#told.set(key, ATTACHED)
    const message = `AttachVolume.Attach succeeded for volume "${name}" `
    for (const pod of users) {
      this.#context.recorder.event(pod, {
        type: 'Normal',
        reason: 'SuccessfulAttachVolume',
        message,
      })
    }
  }

  #warn(key: string, users: readonly Cached<Pod>[], message: string): void {
    if (this.#told.get(key) === message) return
    this.#told.set(key, message)
    for (const pod of users) {
      const reason = 'FailedAttachVolume'
      this.#context.recorder.event(pod, { type: 'Warning', reason, message })
    }
  }
}

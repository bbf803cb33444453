import { type DeepReadonly, hasReason, StatusError } from '../../base/index.ts'
import {
  controllerOf,
  controllerReference,
  isControlledBy,
  isPodTerminal,
  keyOf,
  type Pod,
  pods,
  type ResourceClaim,
  type ResourceClaimConsumerReference,
  type ResourceClaimTemplate,
  resourceClaims,
  resourceClaimTemplates,
} from '../../api/index.ts'
import type { ObjectKey, ReconcileResult } from '../../client/index.ts'
import { isNamespaceTerminating } from './pod-control.ts'
import {
  type Cached,
  type Change,
  changesOf,
  type Controller,
  type ControllerContext,
  done,
  draft,
} from './runtime.ts'

const FINALIZER = 'resource.kubernetes.io/delete-protection'
const POD_CLAIM = 'resource.kubernetes.io/pod-claim-name'
const POD_KEY = 'pod:'
const CLAIM_KEY = 'claim:'
const BY_TEMPLATE = 'resource-claim-template'

type Call = { signal: AbortSignal }
type ReadClaim = Cached<ResourceClaim>
type ConsumerReference = DeepReadonly<ResourceClaimConsumerReference>

/**
 * Makes the claims of pods that name a template, and lets go what pods that are over have held
 * (KEP-4381). Keys: `pod:namespace/name` and `claim:namespace/name`.
 */
export function resourceClaimController(context: ControllerContext): Controller {
  const controller = new ResourceClaims(context)
  return {
    name: 'resourceclaim-controller',
    sources: [
      changesOf(controller.pods, (change) => controller.keysOfPod(change)),
      changesOf(controller.templates, ({ now }) => (now ? controller.keysOfTemplate(now) : [])),
      changesOf(controller.claims, ({ old, now }) => controller.keysOfClaim(now ?? old)),
    ],
    reconcile(key, call) {
      return key.startsWith(POD_KEY)
        ? controller.reconcilePod(key.slice(POD_KEY.length), call)
        : controller.reconcileClaim(key.slice(CLAIM_KEY.length), call)
    },
  }
}

class ResourceClaims {
  readonly pods
  readonly claims
  readonly templates
  readonly #context: ControllerContext
  /** Claims that were made for a pod and may not be in the cache yet: by pod uid and name. */
  readonly #made = new Map<string, string>()

  constructor(context: ControllerContext) {
    this.#context = context
    this.pods = context.informers.for(pods)
    this.claims = context.informers.for(resourceClaims)
    this.templates = context.informers.for(resourceClaimTemplates)
    this.pods.addIndex(BY_TEMPLATE, ({ metadata, spec }) =>
      (spec.resourceClaims ?? []).flatMap(({ resourceClaimTemplateName: name }) =>
        name ? [`${metadata.namespace}/${name}`] : [],
      ),
    )
  }

  keysOfPod({ old, now }: Change<Pod>): ObjectKey[] {
    const pod = now ?? old
    if (!pod?.spec.resourceClaims?.length) return []
    const { namespace } = pod.metadata
    const claims = claimNames(pod).map((name) => `${CLAIM_KEY}${namespace}/${name}`)
    return [`${POD_KEY}${keyOf(pod)}`, ...(now && !isOver(now) ? [] : claims)]
  }

  keysOfTemplate(template: Cached<ResourceClaimTemplate>): ObjectKey[] {
    const users = this.pods.byIndex(BY_TEMPLATE, keyOf(template))
    return [...users].map((pod) => `${POD_KEY}${keyOf(pod)}`)
  }

  keysOfClaim(claim: ReadClaim | undefined): ObjectKey[] {
    if (!claim) return []
    const owner = podOwnerOf(claim)
    const { namespace } = claim.metadata
    const own = `${CLAIM_KEY}${keyOf(claim)}`
    return owner ? [own, `${POD_KEY}${namespace}/${owner.name}`] : [own]
  }

  async reconcilePod(key: ObjectKey, call: Call): Promise<ReconcileResult> {
    const pod = this.pods.get(key)
    if (!pod || isOver(pod) || pod.metadata.deletionTimestamp !== undefined) {
      for (const made of this.#made.keys()) if (made.startsWith(`${key} `)) this.#made.delete(made)
      return done
    }
    const statuses: { name: string; resourceClaimName?: string }[] = []
    for (const { name, resourceClaimTemplateName: template } of pod.spec.resourceClaims ?? []) {
      if (!template) continue
      statuses.push({
        name,
        resourceClaimName: await this.#claimFor(pod, { name, template }, call),
      })
    }
    const known = pod.status.resourceClaimStatuses ?? []
    const missing = statuses.filter(
      (each) => !known.some((other) => JSON.stringify(other) === JSON.stringify(each)),
    )
    if (missing.length === 0) return done
    const body = { status: { resourceClaimStatuses: statuses } }
    const patch = { type: 'strategic', body, subresource: 'status' } as const
    await this.#context.client.for(pods).patch(pod.metadata, patch, call)
    return done
  }

  /** The name of the pod's claim, which is made unless it is there. */
  async #claimFor(
    pod: Cached<Pod>,
    { name, template }: { name: string; template: string },
    call: Call,
  ): Promise<string> {
    const { namespace } = pod.metadata
    const status = pod.status.resourceClaimStatuses?.find((each) => each.name === name)
    if (status?.resourceClaimName) return status.resourceClaimName
    const memory = `${keyOf(pod)} ${pod.metadata.uid} ${name}`
    const made = this.#made.get(memory)
    if (made) return made
    for (const claim of this.claims.inNamespace(namespace)) {
      if (!isControlledBy(claim, pod)) continue
      if (claim.metadata.annotations?.[POD_CLAIM] === name) return claim.metadata.name
    }
    const what = `resource claim template "${template}"`
    try {
      const found = this.templates.get(`${namespace}/${template}`)
      if (!found) throw new StatusError(404, 'NotFound', `${what}: not found`)
      const wanted = claimOf(found, { pod, name })
      const { metadata } = await this.#context.client.for(resourceClaims).create(wanted, call)
      this.#made.set(memory, metadata.name)
      return metadata.name
    } catch (error) {
      if (!isNamespaceTerminating(error)) {
        const why = error instanceof Error ? error.message : String(error)
        const message = `PodResourceClaim ${name}: ${why}`
        const event = { type: 'Warning', reason: 'FailedResourceClaimCreation', message } as const
        this.#context.recorder.event(pod, event)
      }
      throw error
    }
  }

  async reconcileClaim(key: ObjectKey, call: Call): Promise<ReconcileResult> {
    const claim = this.claims.get(key)
    if (!claim) return done
    const valid = await this.#stillReserved(claim, call)
    const status = statusFor(claim, valid)
    const isGoing = claim.metadata.deletionTimestamp !== undefined
    if (status || (isGoing && valid.length === 0)) {
      await this.#giveBack(claim, status, call)
    } else if (valid.length === 0) await this.#deleteWithPod(claim, call)
    return done
  }

  /** The scheduler sets the finalizer before it allocates: only who takes devices away removes it. */
  async #giveBack(
    claim: ReadClaim,
    status: ResourceClaim['status'] | undefined,
    call: Call,
  ): Promise<void> {
    const client = this.#context.client.for(resourceClaims)
    const before = draft<ResourceClaim>(claim)
    const now = status ? await client.updateStatus({ ...before, status }, call) : before
    const finalizers = now.metadata.finalizers ?? []
    if (now.status?.allocation || !finalizers.includes(FINALIZER)) return
    now.metadata.finalizers = finalizers.filter((name) => name !== FINALIZER)
    await client.update(now, call)
  }

  /** A claim that was made for a pod goes as soon as that is over, not only when it is deleted. */
  async #deleteWithPod(claim: ReadClaim, call: Call): Promise<void> {
    const owner = podOwnerOf(claim)
    if (!owner) return
    const pod = this.pods.get(`${claim.metadata.namespace}/${owner.name}`)
    if (!pod || pod.metadata.uid !== owner.uid || !isOver(pod)) return
    const { name, namespace, uid } = claim.metadata
    try {
      const client = this.#context.client.for(resourceClaims)
      await client.delete({ name, namespace }, { preconditions: { uid } }, call)
    } catch (error) {
      if (!hasReason(error, 'NotFound')) throw error
    }
  }

  /** Those of whom the claim is reserved that are still there. */
  async #stillReserved(claim: ReadClaim, call: Call): Promise<ConsumerReference[]> {
    const valid: ConsumerReference[] = []
    for (const user of claim.status?.reservedFor ?? []) {
      if (user.resource !== 'pods' || user.apiGroup) valid.push(user)
      else if (await this.#isThere(claim.metadata.namespace, user, call)) valid.push(user)
    }
    return valid
  }

  // A pod that our cache lacks is asked for: its devices hang on the answer.
  async #isThere(
    namespace: string,
    { name, uid }: { name: string; uid: string },
    call: Call,
  ): Promise<boolean> {
    const known = this.pods.get(`${namespace}/${name}`)
    if (known?.metadata.uid === uid) return !isOver(known)
    try {
      const pod = await this.#context.client.for(pods).get({ namespace, name }, call)
      return pod.metadata.uid === uid && !isOver(pod)
    } catch (error) {
      if (hasReason(error, 'NotFound')) return false
      throw error
    }
  }
}

/** The status with those alone who still use the claim; without any, its devices go back as well. */
function statusFor(
  claim: ReadClaim,
  reservedFor: readonly ConsumerReference[],
): ResourceClaim['status'] | undefined {
  const { reservedFor: before = [], allocation } = claim.status ?? {}
  const isLeft = claim.metadata.deletionTimestamp !== undefined && reservedFor.length === 0
  if (reservedFor.length === before.length && !(isLeft && allocation)) return undefined
  const { allocation: _, devices: __, reservedFor: ___, ...rest } = claim.status ?? {}
  const next = reservedFor.length > 0 ? { ...claim.status, reservedFor } : rest
  return structuredClone(next) as ResourceClaim['status']
}

/** Whether the pod uses nothing any more: it has ended, or goes without ever having had a node. */
function isOver(pod: Cached<Pod>): boolean {
  const { metadata, spec } = pod
  return isPodTerminal(pod) || (metadata.deletionTimestamp !== undefined && !spec.nodeName)
}

function podOwnerOf(claim: ReadClaim) {
  const owner = controllerOf(claim)
  return owner?.kind === 'Pod' && owner.apiVersion === 'v1' ? owner : undefined
}

function claimNames({ spec, status }: Cached<Pod>): string[] {
  return (spec.resourceClaims ?? []).flatMap(({ name, resourceClaimName }) => {
    if (resourceClaimName) return [resourceClaimName]
    const made = status.resourceClaimStatuses?.find((each) => each.name === name)
    return made?.resourceClaimName ? [made.resourceClaimName] : []
  })
}

function claimOf(
  template: Cached<ResourceClaimTemplate>,
  { pod, name }: { pod: Cached<Pod>; name: string },
): ResourceClaim {
  const { metadata, spec } = template.spec
  const reference = controllerReference(pod, pods)
  return {
    metadata: {
      generateName: `${pod.metadata.name}-${name}-`,
      namespace: pod.metadata.namespace,
      annotations: { ...metadata?.annotations, [POD_CLAIM]: name },
      ...(metadata?.labels && { labels: { ...metadata.labels } }),
      ownerReferences: [reference],
    },
    spec: structuredClone(spec) as ResourceClaim['spec'],
    status: {},
  }
}

import { type DeepReadonly, hasReason, StatusError } from '../../base/index.ts'
import {
  controllerReference,
  type KubeObject,
  type Pod,
  type PodTemplateSpec,
  pods,
  type Resource,
} from '../../api/index.ts'
import type { Client, EventRecorder } from '../../client/index.ts'
import type { Cached } from './runtime.ts'

/** The cause that the server names when it refuses to create in a namespace that is going. */
const NAMESPACE_TERMINATING = 'NamespaceTerminating'

export function isNamespaceTerminating(error: unknown): boolean {
  if (!(error instanceof StatusError)) return false
  return error.details?.causes?.some((c) => c.reason === NAMESPACE_TERMINATING) ?? false
}

/** A pod of a controller, made from its template. The server completes the name. */
export function podFromTemplate<O extends KubeObject>(
  template: DeepReadonly<PodTemplateSpec>,
  owner: Cached<O>,
  resource: Resource<O>,
): Pod {
  const { labels, annotations, finalizers } = template.metadata
  return {
    metadata: {
      generateName: `${owner.metadata.name}-`,
      namespace: owner.metadata.namespace,
      ownerReferences: [controllerReference(owner, resource)],
      ...(labels && { labels: { ...labels } }),
      ...(annotations && { annotations: { ...annotations } }),
      ...(finalizers && { finalizers: [...finalizers] }),
    },
    spec: structuredClone(template.spec) as Pod['spec'],
    status: {},
  }
}

/** Creates and deletes the pods of controllers, and tells of it with Kubernetes' events. */
export class PodControl {
  readonly #client: Client
  readonly #recorder: EventRecorder

  constructor(options: { client: Client; recorder: EventRecorder }) {
    this.#client = options.client
    this.#recorder = options.recorder
  }

  async create(
    pod: Pod,
    owner: DeepReadonly<KubeObject>,
    options: { signal: AbortSignal },
  ): Promise<void> {
    try {
      const created = await this.#client.for(pods).create(pod, options)
      this.#tell(owner, 'SuccessfulCreate', `Created pod: ${created.metadata.name}`)
    } catch (error) {
      if (error instanceof StatusError && !isNamespaceTerminating(error)) {
        this.#tell(owner, 'FailedCreate', `Error creating: ${error.message}`)
      }
      throw error
    }
  }

  /** Deletes that very pod. False, and nothing told, when it is gone already. */
  async delete(
    pod: Cached<Pod>,
    owner: DeepReadonly<KubeObject>,
    options: { signal: AbortSignal },
  ): Promise<boolean> {
    const { name, namespace, uid } = pod.metadata
    try {
      await this.#client.for(pods).delete({ name, namespace }, { preconditions: { uid } }, options)
      this.#tell(owner, 'SuccessfulDelete', `Deleted pod: ${name}`)
      return true
    } catch (error) {
      if (hasReason(error, 'NotFound', 'Conflict')) return false
      if (error instanceof StatusError) {
        this.#tell(owner, 'FailedDelete', `Error deleting: ${error.message}`)
      }
      throw error
    }
  }

  #tell(owner: DeepReadonly<KubeObject>, reason: string, message: string): void {
    const type = reason.startsWith('Failed') ? 'Warning' : 'Normal'
    this.#recorder.event(owner, { type, reason, message })
  }
}

/**
 * Runs `work` once for each of `count`, in batches of 1, 2, 4, …: a fault that hits all (a quota, a
 * webhook) is met once and not hundreds of times. Returns how many were tried, and the first error.
 */
export async function slowStart(
  count: number,
  work: () => Promise<void>,
): Promise<{ tried: number; error: unknown }> {
  let tried = 0
  for (let batch = 1; tried < count; batch *= 2) {
    const size = Math.min(batch, count - tried)
    tried += size
    const results = await Promise.allSettled(Array.from({ length: size }, work))
    const failed = results.find((result) => result.status === 'rejected')
    if (failed) return { tried, error: failed.reason }
  }
  return { tried, error: undefined }
}

import { hasReason, StatusError } from '../../base/index.ts'
import {
  controllerReference,
  isControlledBy,
  type PersistentVolumeClaim,
  persistentVolumeClaims,
  type Pod,
  pods,
} from '../../api/index.ts'
import type { ReconcileResult } from '../../client/index.ts'
import { isNamespaceTerminating } from './pod-control.ts'
import {
  type Cached,
  changesOf,
  type Controller,
  type ControllerContext,
  done,
  objectsOf,
} from './runtime.ts'

/** Makes the claims of volumes that live as long as their pod (KEP-1698). */
export function ephemeralVolumeController(context: ControllerContext): Controller {
  const owners = context.informers.for(pods)
  const claims = context.informers.for(persistentVolumeClaims)
  const client = context.client.for(persistentVolumeClaims)

  async function reconcile(key: string, call: { signal: AbortSignal }): Promise<ReconcileResult> {
    const pod = owners.get(key)
    if (!pod || pod.metadata.deletionTimestamp !== undefined) return done
    for (const wanted of claimsFor(pod)) {
      const { namespace = '', name = '' } = wanted.metadata
      const there = claims.get(`${namespace}/${name}`)
      if (there && isControlledBy(there, pod)) continue
      const what = `PVC ${namespace}/${name} was not created for pod ${key} (pod is not owner)`
      if (there) throw new StatusError(409, 'Conflict', what)
      try {
        await client.create(wanted, call)
      } catch (error) {
        if (hasReason(error, 'AlreadyExists') || isNamespaceTerminating(error)) continue
        const message = `ephemeral volume controller: ${error instanceof Error ? error.message : ''}`
        const event = { type: 'Warning', reason: 'FailedBinding', message } as const
        context.recorder.event(pod, event)
        throw error
      }
    }
    return done
  }

  return {
    name: 'ephemeral-volume-controller',
    sources: [
      objectsOf(owners),
      changesOf(claims, ({ now }) => {
        const owner = now?.metadata.ownerReferences?.find(({ kind }) => kind === 'Pod')
        return owner ? [`${now?.metadata.namespace}/${owner.name}`] : []
      }),
    ],
    reconcile,
  }
}

function claimsFor(pod: Cached<Pod>): PersistentVolumeClaim[] {
  const { name: podName, namespace } = pod.metadata
  return (pod.spec.volumes ?? []).flatMap(({ name, ephemeral }) => {
    const template = ephemeral?.volumeClaimTemplate
    if (!template) return []
    const { labels, annotations } = template.metadata
    return [
      {
        metadata: {
          name: `${podName}-${name}`,
          namespace,
          ...(labels && { labels: { ...labels } }),
          ...(annotations && { annotations: { ...annotations } }),
          ownerReferences: [controllerReference(pod, pods)],
        },
        spec: structuredClone(template.spec) as PersistentVolumeClaim['spec'],
        status: {},
      },
    ]
  })
}

import type { DeepReadonly } from '../../base/index.ts'
import type { OwnerReference } from '../meta/index.ts'
import { apiVersionOf, type KubeObject } from '../schema/index.ts'

/** The owner that manages the object, if any (apimachinery `GetControllerOf`). */
export function controllerOf(
  object: DeepReadonly<KubeObject>,
): DeepReadonly<OwnerReference> | undefined {
  return object.metadata.ownerReferences?.find((owner) => owner.controller === true)
}

/** Whether `owner` manages `object`: by UID, for a name may be taken again. */
export function isControlledBy(
  object: DeepReadonly<KubeObject>,
  owner: DeepReadonly<KubeObject>,
): boolean {
  const controller = controllerOf(object)
  return controller !== undefined && controller.uid === owner.metadata.uid
}

/** A reference that makes `owner` the manager of the object it is put into. */
export function controllerReference(
  owner: DeepReadonly<KubeObject>,
  resource: { group: string; version: string; kind: string },
): OwnerReference {
  return {
    apiVersion: apiVersionOf(resource),
    kind: resource.kind,
    name: owner.metadata.name ?? '',
    uid: owner.metadata.uid ?? '',
    controller: true,
    blockOwnerDeletion: true,
  }
}

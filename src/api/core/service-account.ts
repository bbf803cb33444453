import { boolean, list, ref, string, struct, type TypeOf } from '../schema/index.ts'
import { LocalObjectReference, ObjectReference } from './reference.ts'
import { ObjectMeta } from '../meta/index.ts'

export const ServiceAccount = struct('io.k8s.api.core.v1.ServiceAccount', '', {
  apiVersion: string(0),
  kind: string(0),
  metadata: ref(1, ObjectMeta).always(),
  automountServiceAccountToken: boolean(4).nullable(),
  imagePullSecrets: list(3, LocalObjectReference).atomic(),
  secrets: list(2, ObjectReference).keyed('name').patch('merge', 'name'),
})
export interface ServiceAccount extends TypeOf<typeof ServiceAccount> {}

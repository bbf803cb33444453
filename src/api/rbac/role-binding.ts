import { ObjectMeta } from '../meta/index.ts'
import { list, ref, string, struct, type TypeOf } from '../schema/index.ts'

export const RoleRef = struct(
  'io.k8s.api.rbac.v1.RoleRef',
  '',
  {
    apiGroup: string(1).written(),
    kind: string(2).required(),
    name: string(3).required(),
  },
  { mapType: 'atomic' },
)
export interface RoleRef extends TypeOf<typeof RoleRef> {}

export const Subject = struct(
  'io.k8s.api.rbac.v1.Subject',
  '',
  {
    apiGroup: string(2),
    kind: string(1).required(),
    name: string(3).required(),
    namespace: string(4),
  },
  { mapType: 'atomic' },
)
export interface Subject extends TypeOf<typeof Subject> {}

export const ClusterRoleBinding = struct('io.k8s.api.rbac.v1.ClusterRoleBinding', '', {
  apiVersion: string(0, 'Group and version of the API in which the object is written.'),
  kind: string(0, 'Name of the type, in CamelCase.'),
  metadata: ref(1, ObjectMeta).always(),
  roleRef: ref(3, RoleRef).required().written(),
  subjects: list(2, Subject).atomic(),
})
export interface ClusterRoleBinding extends TypeOf<typeof ClusterRoleBinding> {}

export const RoleBinding = struct('io.k8s.api.rbac.v1.RoleBinding', '', {
  apiVersion: string(0, 'Group and version of the API in which the object is written.'),
  kind: string(0, 'Name of the type, in CamelCase.'),
  metadata: ref(1, ObjectMeta).always(),
  roleRef: ref(3, RoleRef).required().written(),
  subjects: list(2, Subject).atomic(),
})
export interface RoleBinding extends TypeOf<typeof RoleBinding> {}

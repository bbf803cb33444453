import { ObjectMeta } from '../meta/index.ts'
import { list, ref, string, struct, type TypeOf } from '../schema/index.ts'

export const RoleRef = struct(
  'io.k8s.api.rbac.v1.RoleRef',
  'A role.',
  {
    apiGroup: string(1, 'Group of its kind; empty for the core group.').written(),
    kind: string(2, '`Role` or `ClusterRole`.').required(),
    name: string(3, 'Its name.').required(),
  },
  { mapType: 'atomic' },
)
export interface RoleRef extends TypeOf<typeof RoleRef> {}

export const Subject = struct(
  'io.k8s.api.rbac.v1.Subject',
  'Who gets a role.',
  {
    kind: string(1, '`User`, `Group` or `ServiceAccount`.').required(),
    apiGroup: string(2, 'Group of its kind; empty for the core group.'),
    name: string(3, 'The name.').required(),
    namespace: string(4, 'Namespace of a service account.'),
  },
  { mapType: 'atomic' },
)
export interface Subject extends TypeOf<typeof Subject> {}

export const ClusterRoleBinding = struct(
  'io.k8s.api.rbac.v1.ClusterRoleBinding',
  'Gives a role everywhere.',
  {
    kind: string(0, 'Name of the type, in CamelCase.'),
    apiVersion: string(0, 'Group and version of the API in which the object is written.'),
    metadata: ref(1, ObjectMeta, 'Name, labels and what else every object has.').always(),
    subjects: list(2, Subject, 'Who gets it.').atomic(),
    roleRef: ref(3, RoleRef, 'The role.').required().written(),
  },
)
export interface ClusterRoleBinding extends TypeOf<typeof ClusterRoleBinding> {}

export const RoleBinding = struct(
  'io.k8s.api.rbac.v1.RoleBinding',
  'Gives a role in a namespace.',
  {
    kind: string(0, 'Name of the type, in CamelCase.'),
    apiVersion: string(0, 'Group and version of the API in which the object is written.'),
    metadata: ref(1, ObjectMeta, 'Name, labels and what else every object has.').always(),
    subjects: list(2, Subject, 'Who gets it.').atomic(),
    roleRef: ref(3, RoleRef, 'The role.').required().written(),
  },
)
export interface RoleBinding extends TypeOf<typeof RoleBinding> {}

import { boolean, list, ref, string, struct, type TypeOf } from '../schema/index.ts'
import { LocalObjectReference, ObjectReference } from './reference.ts'
import { ObjectMeta } from '../meta/index.ts'

export const ServiceAccount = struct(
  'io.k8s.api.core.v1.ServiceAccount',
  'A name under which pods speak to the API.',
  {
    kind: string(0, 'Name of the type, in CamelCase.'),
    apiVersion: string(0, 'Group and version of the API in which the object is written.'),
    metadata: ref(1, ObjectMeta, 'Name, labels and what else every object has.').always(),
    secrets: list(2, ObjectReference, 'Secrets that its pods may use.')
      .keyed('name')
      .patch('merge', 'name'),
    imagePullSecrets: list(
      3,
      LocalObjectReference,
      'Secrets with which its pods fetch images.',
    ).atomic(),
    automountServiceAccountToken: boolean(
      4,
      'Whether its pods get a token for the API.',
    ).nullable(),
  },
)
export interface ServiceAccount extends TypeOf<typeof ServiceAccount> {}

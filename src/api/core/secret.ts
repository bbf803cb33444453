import { boolean, bytes, map, ref, string, struct, type TypeOf } from '../schema/index.ts'
import { ObjectMeta } from '../meta/index.ts'

export const Secret = struct(
  'io.k8s.api.core.v1.Secret',
  'Something that not everybody may see, for pods to use.',
  {
    kind: string(0, 'Name of the type, in CamelCase.'),
    apiVersion: string(0, 'Group and version of the API in which the object is written.'),
    metadata: ref(1, ObjectMeta, 'Name, labels and what else every object has.').always(),
    immutable: boolean(5, 'If true, the entries can never be changed.').nullable(),
    data: map(2, bytes, 'Entries in Base64, by key.'),
    stringData: map(4, string, 'Entries as text, for writing alone; they override `data`.'),
    type: string(3, 'What it is for; decides which entries it must have.').named('v1.SecretType'),
  },
)
export interface Secret extends TypeOf<typeof Secret> {}

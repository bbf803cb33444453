import { string, struct, type TypeOf } from '../schema/index.ts'

export const SecretReference = struct(
  'io.k8s.api.core.v1.SecretReference',
  'A secret in a namespace.',
  {
    name: string(1, 'Its name.'),
    namespace: string(2, 'Its namespace.'),
  },
  { mapType: 'atomic' },
)
export interface SecretReference extends TypeOf<typeof SecretReference> {}

import { string, struct, type TypeOf } from '../schema/index.ts'

export const SecretReference = struct(
  'io.k8s.api.core.v1.SecretReference',
  '',
  {
    name: string(1),
    namespace: string(2),
  },
  { mapType: 'atomic' },
)
export interface SecretReference extends TypeOf<typeof SecretReference> {}

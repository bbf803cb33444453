import { ObjectMeta } from '../meta/index.ts'
import { boolean, int64, list, ref, string, struct, type TypeOf } from '../schema/index.ts'

export const CSITokenRequest = struct(
  'io.k8s.api.storage.v1.TokenRequest',
  'A token for a driver.',
  {
    audience: string(1, 'Who it is for.').required(),
    expirationSeconds: int64(2, 'How long it is good.').nullable(),
  },
)
export interface CSITokenRequest extends TypeOf<typeof CSITokenRequest> {}

export const CSIDriverSpec = struct(
  'io.k8s.api.storage.v1.CSIDriverSpec',
  'How it wants to be treated.',
  {
    attachRequired: boolean(
      1,
      'Whether volumes are attached before they are mounted; true by default.',
    ).nullable(),
    podInfoOnMount: boolean(2, 'Whether it hears of the pod; false by default.').nullable(),
    volumeLifecycleModes: list(3, string, '`Persistent` (the default), `Ephemeral`.')
      .set()
      .named('v1.VolumeLifecycleMode'),
    storageCapacity: boolean(
      4,
      'Whether the scheduler heeds what is left; false by default.',
    ).nullable(),
    fsGroupPolicy: string(
      5,
      'When owners of files are changed: `ReadWriteOnceWithFSType` (the default), `File` or `None`.',
    )
      .named('v1.FSGroupPolicy')
      .nullable(),
    tokenRequests: list(6, CSITokenRequest, 'Tokens that it gets.').atomic(),
    requiresRepublish: boolean(
      7,
      'Whether it is called again and again; false by default.',
    ).nullable(),
    seLinuxMount: boolean(8, 'Whether it mounts with a context; false by default.').nullable(),
    nodeAllocatableUpdatePeriodSeconds: int64(
      9,
      'How often it is asked how many volumes fit.',
    ).nullable(),
    serviceAccountTokenInSecrets: boolean(10, 'Whether tokens come among the secrets.').nullable(),
    preventPodSchedulingIfMissing: boolean(11, 'Whether pods wait until a node has it.').nullable(),
  },
)
export interface CSIDriverSpec extends TypeOf<typeof CSIDriverSpec> {}

export const CSIDriver = struct(
  'io.k8s.api.storage.v1.CSIDriver',
  'How a CSI driver wants to be treated.',
  {
    kind: string(0, 'Name of the type, in CamelCase.'),
    apiVersion: string(0, 'Group and version of the API in which the object is written.'),
    metadata: ref(1, ObjectMeta, 'Name, labels and what else every object has.').always(),
    spec: ref(2, CSIDriverSpec, 'What is wanted.').required().always(),
  },
)
export interface CSIDriver extends TypeOf<typeof CSIDriver> {}

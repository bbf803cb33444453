import { boolean, int64, list, ref, string, struct, type TypeOf } from '../schema/index.ts'

export const Preconditions = struct(
  'io.k8s.apimachinery.pkg.apis.meta.v1.Preconditions',
  'What must hold for a write to happen.',
  {
    uid: string(1, "The object's identity must be this.").nullable(),
    resourceVersion: string(2, "The object's version must be this.").nullable(),
  },
)
export interface Preconditions extends TypeOf<typeof Preconditions> {}

export const DeleteOptions = struct(
  'io.k8s.apimachinery.pkg.apis.meta.v1.DeleteOptions',
  'How an object is to be deleted.',
  {
    kind: string(0, 'Name of the type, in CamelCase.'),
    apiVersion: string(0, 'Group and version of the API in which the object is written.'),
    gracePeriodSeconds: int64(
      1,
      "How long the object has to end by itself; 0: none. The kind's own if absent.",
    ).nullable(),
    preconditions: ref(2, Preconditions, 'What must hold for the deletion to happen.'),
    orphanDependents: boolean(3, 'The former way to say `propagationPolicy: Orphan`.').nullable(),
    propagationPolicy: string(
      4,
      'What becomes of dependents: `Orphan`, `Background` or `Foreground`.',
    )
      .named('v1.DeletionPropagation')
      .nullable(),
    dryRun: list(5, string, '`All`: checks everything and deletes nothing.').atomic(),
    ignoreStoreReadErrorWithClusterBreakingPotential: boolean(
      6,
      'Deletes an object even if what is stored cannot be read. Dangerous.',
    ).nullable(),
  },
)
export interface DeleteOptions extends TypeOf<typeof DeleteOptions> {}

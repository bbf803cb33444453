import { boolean, int64, list, ref, string, struct, type TypeOf } from '../schema/index.ts'

export const Preconditions = struct('io.k8s.apimachinery.pkg.apis.meta.v1.Preconditions', '', {
  resourceVersion: string(2).nullable(),
  uid: string(1).nullable(),
})
export interface Preconditions extends TypeOf<typeof Preconditions> {}

export const DeleteOptions = struct('io.k8s.apimachinery.pkg.apis.meta.v1.DeleteOptions', '', {
  apiVersion: string(0),
  kind: string(0),
  dryRun: list(5, string).atomic(),
  gracePeriodSeconds: int64(1).nullable(),
  ignoreStoreReadErrorWithClusterBreakingPotential: boolean(6).nullable(),
  orphanDependents: boolean(3).nullable(),
  preconditions: ref(2, Preconditions),
  propagationPolicy: string(4).nullable(),
})
export interface DeleteOptions extends TypeOf<typeof DeleteOptions> {}

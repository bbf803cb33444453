import { int64, ref, string, struct, type TypeOf } from '../schema/index.ts'

export const ShardInfo = struct('io.k8s.apimachinery.pkg.apis.meta.v1.ShardInfo', '', {
  selector: string(1).required(),
})
export interface ShardInfo extends TypeOf<typeof ShardInfo> {}

export const ListMeta = struct('io.k8s.apimachinery.pkg.apis.meta.v1.ListMeta', '', {
  continue: string(3),
  remainingItemCount: int64(4).nullable(),
  resourceVersion: string(2),
  selfLink: string(1),
  shardInfo: ref(5, ShardInfo),
})
export interface ListMeta extends TypeOf<typeof ListMeta> {}

import { int64, ref, string, struct, type TypeOf } from '../schema/index.ts'

export const ShardInfo = struct(
  'io.k8s.apimachinery.pkg.apis.meta.v1.ShardInfo',
  'Which part of a collection a list holds.',
  {
    selector: string(1, 'The part, as it was asked for.').required(),
  },
)
export interface ShardInfo extends TypeOf<typeof ShardInfo> {}

export const ListMeta = struct(
  'io.k8s.apimachinery.pkg.apis.meta.v1.ListMeta',
  'What every list has.',
  {
    selfLink: string(1, 'No longer filled in.'),
    resourceVersion: string(2, 'Version of the collection: where a watch goes on.'),
    continue: string(3, 'Where the next page begins; empty: this was the last.'),
    remainingItemCount: int64(4, 'How many objects are left, if it is known.').nullable(),
    shardInfo: ref(5, ShardInfo, 'Which part of the collection this is, if it is a part.'),
  },
)
export interface ListMeta extends TypeOf<typeof ListMeta> {}

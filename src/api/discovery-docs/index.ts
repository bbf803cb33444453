export {
  aggregatedDiscovery,
  type AggregatedVersion,
  type ForeignVersion,
  foreignVersion,
  type PlainResource,
  type ServedVersions,
} from './aggregated.ts'
export {
  apiGroup,
  apiGroupList,
  apiResourceList,
  apiVersions,
  type GroupVersion,
  groupsOf,
  storageVersionHash,
} from './documents.ts'
export { encodeDiscovery } from './wire.ts'
export { CUSTOM_RANK, localRank, type Rank, usualRank } from './ranks.ts'

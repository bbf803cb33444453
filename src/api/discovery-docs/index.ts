export { aggregatedDiscovery, type AggregatedVersion } from './aggregated.ts'
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

import { Tag, tagOf } from '../payload.ts'
import { exponentialBounds, type Histogram, type Registry } from './registry.ts'

/** etcd's names of what entries ask for; of ours that it has not, our own. */
const OPERATIONS: Readonly<Record<Tag, string>> = {
  [Tag.put]: 'Put',
  [Tag.deleteRange]: 'DeleteRange',
  [Tag.txn]: 'Txn',
  [Tag.compact]: 'Compaction',
  [Tag.leaseGrant]: 'LeaseGrant',
  [Tag.leaseRevoke]: 'LeaseRevoke',
  [Tag.leaseRenew]: 'LeaseRenew',
  [Tag.leaseExpire]: 'LeaseExpire',
  [Tag.authEnable]: 'AuthEnable',
  [Tag.authDisable]: 'AuthDisable',
  [Tag.authenticate]: 'Authenticate',
  [Tag.userAdd]: 'AuthUserAdd',
  [Tag.userDelete]: 'AuthUserDelete',
  [Tag.userChangePassword]: 'AuthUserChangePassword',
  [Tag.userGrantRole]: 'AuthUserGrantRole',
  [Tag.userRevokeRole]: 'AuthUserRevokeRole',
  [Tag.roleAdd]: 'AuthRoleAdd',
  [Tag.roleDelete]: 'AuthRoleDelete',
  [Tag.roleGrantPermission]: 'AuthRoleGrantPermission',
  [Tag.roleRevokePermission]: 'AuthRoleRevokePermission',
  [Tag.memberChange]: 'MemberChange',
  [Tag.memberAttributes]: 'ClusterMemberAttrSet',
  [Tag.alarm]: 'Alarm',
  [Tag.leaseCheckpoint]: 'LeaseCheckpoint',
}

/** How long entries took to apply, by what they asked for and whether it was done. */
export function appliedMetrics(
  registry: Registry,
): (payload: Uint8Array, seconds: number, outcome: unknown) => void {
  const histogram = registry.histograms(
    'etcd_server_apply_duration_seconds',
    'Time to apply an entry.',
    exponentialBounds(0.0001, 2, 20),
    'version',
    'op',
    'success',
  )
  const found: (readonly [done: Histogram, refused: Histogram])[] = []
  return (payload, seconds, outcome) => {
    const tag = tagOf(payload)
    const pair = (found[tag] ??= [
      histogram('v3', OPERATIONS[tag], 'true'),
      histogram('v3', OPERATIONS[tag], 'false'),
    ])
    pair[isRefusal(outcome) ? 1 : 0].observe(seconds)
  }
}

function isRefusal(outcome: unknown): boolean {
  const isObject = typeof outcome === 'object' && outcome !== null
  return isObject && 'kind' in outcome && outcome.kind === 'error'
}

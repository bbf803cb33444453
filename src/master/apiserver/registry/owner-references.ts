import type { KubeObject } from '../../../api/index.ts'

const WARNING =
  '.metadata.ownerReferences contains duplicate entries; API server dedups owner references in ' +
  '1.20+, and may reject such requests as early as 1.24; please fix your requests; duplicate ' +
  'UID(s) observed: '

/** Leaves each owner once, the first time that it is named, and says so. */
export function dedupOwners({ metadata }: KubeObject, warnings: string[]): void {
  const { ownerReferences: owners } = metadata
  if (!owners || owners.length < 2) return
  const repeated = new Set<string>()
  const kept = owners.filter((owner, index) => {
    const same = owners.slice(0, index).some((one) => sameOwner(one, owner))
    if (same) repeated.add(owner.uid)
    return !same
  })
  if (repeated.size === 0) return
  metadata.ownerReferences = kept
  warnings.push(WARNING + [...repeated].join(', '))
}

function sameOwner(
  a: NonNullable<KubeObject['metadata']['ownerReferences']>[number],
  b: typeof a,
): boolean {
  return (
    a.uid === b.uid &&
    a.kind === b.kind &&
    a.name === b.name &&
    a.apiVersion === b.apiVersion &&
    a.controller === b.controller &&
    a.blockOwnerDeletion === b.blockOwnerDeletion
  )
}

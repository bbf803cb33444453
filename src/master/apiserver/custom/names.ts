import type { CustomResourceDefinition } from '../../../api/index.ts'
import { conditionOf, isTrueOf, withCondition } from './conditions.ts'

type Status = CustomResourceDefinition['status']
type Names = CustomResourceDefinition['spec']['names']

/** Names that are taken within a group. */
interface Taken {
  /** Plural, singular and short names: what URLs and commands say. */
  readonly resources: ReadonlySet<string>
  readonly kinds: ReadonlySet<string>
}

/**
 * What the status of a definition is to be: its names where nobody else in the group has them, and
 * whether they are in use (upstream's naming controller). `others`: the definitions of the group.
 */
export function planNames(
  definition: CustomResourceDefinition,
  others: readonly CustomResourceDefinition[],
  nowMs: number,
): Status {
  const taken = takenBy(others.filter((other) => other.metadata.name !== definition.metadata.name))
  const { names, fault } = accept(definition, taken)
  const conditions = definition.status.conditions ?? []
  let next = withCondition(
    conditions,
    fault
      ? { type: 'NamesAccepted', status: 'False', ...fault }
      : {
          type: 'NamesAccepted',
          status: 'True',
          reason: 'NoConflicts',
          message: 'no conflicts found',
        },
    nowMs,
  )
  const isEstablished = isTrueOf(definition, 'Established')
  if (!isEstablished) {
    next = withCondition(
      next,
      fault
        ? {
            type: 'Established',
            status: 'False',
            reason: 'NotAccepted',
            message: 'not all names are accepted',
          }
        : {
            type: 'Established',
            status: 'True',
            reason: 'InitialNamesAccepted',
            message: 'the initial names have been accepted',
          },
      nowMs,
    )
  }
  return {
    ...definition.status,
    acceptedNames: names,
    conditions: withApproval(definition, next, nowMs),
  }
}

function takenBy(others: readonly CustomResourceDefinition[]): Taken {
  const resources = new Set<string>()
  const kinds = new Set<string>()
  for (const { status } of others) {
    const { plural, singular, shortNames = [], kind, listKind } = status.acceptedNames ?? {}
    for (const name of [plural, singular, ...shortNames]) if (name) resources.add(name)
    for (const name of [kind, listKind]) if (name) kinds.add(name)
  }
  return { resources, kinds }
}

interface Fault {
  readonly reason: string
  readonly message: string
}

// Each name by itself: what is free is accepted, what is not stays as it was.
function accept(
  { spec, status }: CustomResourceDefinition,
  taken: Taken,
): { names: Names; fault: Fault | undefined } {
  const wanted = spec.names
  const before = status.acceptedNames ?? { plural: '', kind: '' }
  const names: Names = { ...before }
  let fault: Fault | undefined
  const isFree = (name: string, of: ReadonlySet<string>, reason: string) => {
    if (!of.has(name)) return true
    fault ??= { reason, message: `${JSON.stringify(name)} is already in use` }
    return false
  }
  const { plural, singular = '', shortNames = [], kind, listKind = '', categories } = wanted
  if (isFree(plural, taken.resources, 'PluralConflict')) names.plural = plural
  if (singular && isFree(singular, taken.resources, 'SingularConflict')) names.singular = singular
  if (shortNames.every((name) => isFree(name, taken.resources, 'ShortNamesConflict'))) {
    if (shortNames.length > 0) names.shortNames = [...shortNames]
    else delete names.shortNames
  }
  if (isFree(kind, taken.kinds, 'KindConflict')) names.kind = kind
  if (listKind && isFree(listKind, taken.kinds, 'ListKindConflict')) names.listKind = listKind
  if (categories) names.categories = [...categories]
  else delete names.categories
  return { names, fault }
}

const APPROVAL = 'api-approved.kubernetes.io'
const APPROVED = 'KubernetesAPIApprovalPolicyConformant'

/** Whether a group belongs to the Kubernetes community, whose APIs need approval (KEP-1111). */
export function isProtectedGroup(group: string): boolean {
  return /(^|\.)(k8s|kubernetes)\.io$/.test(group)
}

function withApproval(
  definition: CustomResourceDefinition,
  conditions: NonNullable<Status['conditions']>,
  nowMs: number,
): NonNullable<Status['conditions']> {
  if (!isProtectedGroup(definition.spec.group)) return conditions
  const value = definition.metadata.annotations?.[APPROVAL] ?? ''
  const isUnapproved = value.startsWith('unapproved')
  const given = isUnapproved
    ? {
        status: 'False',
        reason: 'UnapprovedAnnotation',
        message: `not approved: ${JSON.stringify(value)}`,
      }
    : {
        status: 'True',
        reason: 'ApprovedAnnotation',
        message: `approved in ${value}`,
      }
  const known = conditionOf({ status: { conditions } }, APPROVED)
  if (known?.status === given.status) return conditions
  return withCondition(conditions, { type: APPROVED, ...given }, nowMs)
}

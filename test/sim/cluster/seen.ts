/** What of an object is looked at. */
export interface Seen {
  readonly kind: string
  readonly metadata: {
    readonly name: string
    readonly namespace?: string
    readonly uid: string
    readonly deletionTimestamp?: string
    readonly labels?: Readonly<Record<string, string>>
    readonly annotations?: Readonly<Record<string, string>>
    readonly ownerReferences?: readonly {
      readonly uid: string
      readonly kind: string
      readonly controller?: boolean
    }[]
  }
  readonly spec?: Readonly<Record<string, unknown>>
  readonly status?: Readonly<Record<string, unknown>>
}

/** Field after field, such as `spec.strategy.rollingUpdate.maxSurge`. */
export function at(object: Seen | undefined, path: string): unknown {
  let value: unknown = object
  for (const name of path.split('.')) {
    if (typeof value !== 'object' || value === null) return undefined
    value = (value as Record<string, unknown>)[name]
  }
  return value
}

export function numberAt(object: Seen | undefined, path: string, none = 0): number {
  const value = at(object, path)
  return value === undefined || value === null ? none : Number(value)
}

export function conditionOf(object: Seen, type: string): string | undefined {
  const conditions = (object.status?.['conditions'] ?? []) as { type: string; status: string }[]
  return conditions.find((condition) => condition.type === type)?.status
}

export const isReady = (pod: Seen): boolean => conditionOf(pod, 'Ready') === 'True'

export function isOver({ status }: Seen): boolean {
  return status?.['phase'] === 'Succeeded' || status?.['phase'] === 'Failed'
}

/** It counts for its owner: neither ended nor on the way out. */
export const isActive = (pod: Seen): boolean =>
  !isOver(pod) && pod.metadata.deletionTimestamp === undefined

export function ownerOf({ metadata }: Seen) {
  return metadata.ownerReferences?.find(({ controller }) => controller)
}

export function matches(
  { metadata }: Seen,
  selector: Readonly<Record<string, string>> | undefined,
): boolean {
  const { labels = {} } = metadata
  return Object.entries(selector ?? {}).every(([key, value]) => labels[key] === value)
}

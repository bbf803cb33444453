import type { Program } from '../../../api/index.ts'
import { CelError, type CelType, fromJson, type ObjectField, T } from '../../../api/cel/index.ts'

function objectType(name: string, fields: Readonly<Record<string, CelType>>): CelType {
  const entries = Object.entries(fields).map(([json, type]): [string, ObjectField] => [
    json,
    { type, json },
  ])
  return { kind: 'object', name: `kubernetes.${name}`, fields: new Map(entries) }
}

const list = (item: CelType): CelType => ({ kind: 'list', item })

const selector = (name: string): CelType =>
  objectType(`${name}SelectorAttributes`, {
    rawSelector: T.string,
    requirements: list(
      objectType(`${name}SelectorRequirement`, {
        key: T.string,
        operator: T.string,
        values: list(T.string),
      }),
    ),
  })

/** `request` in conditions: the spec of a SubjectAccessReview of `authorization.k8s.io/v1`. */
export const REVIEW_SPEC: CelType = objectType('SubjectAccessReviewSpec', {
  resourceAttributes: objectType('ResourceAttributes', {
    namespace: T.string,
    verb: T.string,
    group: T.string,
    version: T.string,
    resource: T.string,
    subresource: T.string,
    name: T.string,
    fieldSelector: selector('Field'),
    labelSelector: selector('Label'),
  }),
  nonResourceAttributes: objectType('NonResourceAttributes', { path: T.string, verb: T.string }),
  user: T.string,
  groups: list(T.string),
  extra: { kind: 'map', key: T.string, value: list(T.string) },
  uid: T.string,
})

const COST_LIMIT = 1_000_000

/** Whether a webhook is to be asked; as text, why that cannot be told. */
export function meets(conditions: readonly Program[], spec: object): boolean | string {
  const request = fromJson(spec, REVIEW_SPEC)
  const errors: string[] = []
  for (const program of conditions) {
    try {
      if (program.evaluate({ request }, { costLimit: COST_LIMIT }).value !== true) return false
    } catch (error) {
      if (!(error instanceof CelError)) throw error
      const why = `expression '${program.source}' resulted in error: ${error.message}`
      errors.push(`cel evaluation error: ${why}`)
    }
  }
  if (errors.length === 0) return true
  return errors.length === 1 ? (errors[0] ?? '') : `[${errors.join(', ')}]`
}

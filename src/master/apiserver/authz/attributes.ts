import { type FieldRequirement, parseFieldSelector } from '../../../api/index.ts'
import type { User } from '../user.ts'
import type { RequestInfo } from '../request-info.ts'

/** What somebody wants to do, as authorizers see it. */
export type Attributes = ResourceAttributes | PathAttributes

export interface ResourceAttributes {
  readonly kind: 'resource'
  readonly user: User
  /** A verb of the API, or one that only rules know: `bind`, `escalate`, `impersonate`, … */
  readonly verb: string
  readonly group: string
  readonly version: string
  readonly resource: string
  readonly subresource: string
  readonly namespace: string
  /** Empty: all, or one that has no name yet. */
  readonly name: string
  /** What a list, a watch or a deletion of many selects by. */
  readonly fields?: readonly FieldRequirement[]
}

export interface PathAttributes {
  readonly kind: 'path'
  readonly user: User
  /** The method in lower case. */
  readonly verb: string
  readonly path: string
}

export function attributesOf(user: User, info: RequestInfo): Attributes {
  const at = info.resource
  if (!at) return { kind: 'path', user, verb: info.method.toLowerCase(), path: info.path }
  const { verb, group, version, plural, subresource, namespace } = at
  const fields = fieldsOf(info)
  return {
    kind: 'resource',
    user,
    verb,
    group,
    version,
    resource: plural,
    subresource,
    namespace,
    name: at.name === '' ? selectedName(fields) : at.name,
    ...(fields.length > 0 && { fields }),
  }
}

/** A selector that cannot be read selects nothing here; the request fails later, with its text. */
function fieldsOf(info: RequestInfo): readonly FieldRequirement[] {
  const verb = info.resource?.verb
  if (verb !== 'list' && verb !== 'watch' && verb !== 'deletecollection') return []
  const text = info.query.get('fieldSelector') ?? ''
  if (text === '') return []
  try {
    return parseFieldSelector(text)
  } catch {
    return []
  }
}

/** A list of the one object that its selector names counts as being about that object. */
function selectedName(fields: readonly FieldRequirement[]): string {
  const wanted = fields.find(({ field, operator }) => field === 'metadata.name' && operator === '=')
  const name = wanted?.value ?? ''
  return name === '.' || name === '..' || /[/%]/.test(name) ? '' : name
}

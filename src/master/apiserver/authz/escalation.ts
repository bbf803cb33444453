import type { KubeObject } from '../../../api/index.ts'
import type { AdmissionAttributes } from '../admission/attributes.ts'
import type { Admission } from '../admission/chain.ts'
import { statusErrors } from '../status.ts'
import type { Authorizer, PolicyRule } from './authorizer.ts'
import type { Rbac } from './rbac.ts'
import type { RoleRef } from './role-reader.ts'
import { compactRules, describeRule, missingRules, quotedList } from './rules.ts'
import { MASTERS, type User } from '../user.ts'

const GROUP = 'rbac.authorization.k8s.io'
/** An aggregation gathers rules that nobody knows yet: who writes one must have them all. */
const EVERYTHING: readonly PolicyRule[] = [
  { verbs: ['*'], apiGroups: ['*'], resources: ['*'] },
  { verbs: ['*'], nonResourceURLs: ['*'] },
]

interface Role extends KubeObject {
  readonly rules?: readonly PolicyRule[] | null
  readonly aggregationRule?: object | null
}

interface BindingObject extends KubeObject {
  readonly roleRef?: RoleRef
  readonly subjects?: readonly object[]
}

interface Options {
  readonly rbac: Rbac
  readonly authorizer: Authorizer
}

/**
 * Nobody grants more than they have: roles are written, and bound, by those who hold all that is
 * in them, or who may `escalate` and `bind`. It stands behind the plugins, and is always on.
 */
export function withEscalationCheck(admission: Admission, options: Options): Admission {
  return {
    validate: (attributes) => admission.validate(attributes),
    async admit(attributes) {
      await admission.admit(attributes)
      await check(options, attributes)
    },
  }
}

async function check(options: Options, attributes: AdmissionAttributes): Promise<void> {
  const { resource, operation, user, object } = attributes
  if (resource.group !== GROUP || object === undefined) return
  if (operation !== 'CREATE' && operation !== 'UPDATE') return
  if (user.groups.includes(MASTERS) || onlyForCollector(attributes)) return
  if (/^(?:cluster)?roles$/.test(resource.plural)) await checkRole(options, attributes)
  else await checkBinding(options, attributes)
}

// So that the garbage collector can let go of what it may not grant.
function onlyForCollector({ object, old }: AdmissionAttributes): boolean {
  if (!object || !old) return false
  const others = ({ metadata, ...rest }: KubeObject) => {
    const { ownerReferences: _, finalizers: __, managedFields: ___, ...meta } = metadata
    return JSON.stringify({ ...rest, metadata: { ...meta, resourceVersion: '' } })
  }
  return others(object) === others(old)
}

async function checkRole(options: Options, request: AdmissionAttributes): Promise<void> {
  const { resource, namespace, user, signal } = request
  const role = request.object as Role
  const old = request.old as Role | undefined
  if (old && same(role.rules, old.rules) && same(role.aggregationRule, old.aggregationRule)) return
  const mayEscalate = await options.authorizer.authorize(
    {
      kind: 'resource',
      user,
      verb: 'escalate',
      group: GROUP,
      version: '*',
      resource: resource.plural,
      subresource: '',
      namespace,
      name: request.operation === 'CREATE' ? '' : request.name,
    },
    { signal },
  )
  if (mayEscalate.kind === 'allow') return
  const name = role.metadata.name ?? ''
  const missing = describeMissing(options, { user, namespace, wanted: role.rules ?? [] })
  if (missing !== undefined) throw statusErrors.forbidden(resource, name, missing)
  if (!role.aggregationRule) return
  const all = describeMissing(options, { user, namespace, wanted: EVERYTHING })
  if (all === undefined) return
  const why = 'must have cluster-admin privileges to use an aggregationRule'
  throw statusErrors.forbidden(resource, name, why)
}

const same = (a: unknown, b: unknown) => JSON.stringify(a ?? null) === JSON.stringify(b ?? null)

async function checkBinding(options: Options, request: AdmissionAttributes): Promise<void> {
  const { resource, namespace, user, signal } = request
  const binding = request.object as BindingObject
  const ref = binding.roleRef ?? { kind: '', name: '' }
  const plural = ref.kind === 'Role' ? 'roles' : 'clusterroles'
  const mayBind = await options.authorizer.authorize(
    {
      kind: 'resource',
      user,
      verb: 'bind',
      group: ref.apiGroup || GROUP,
      version: '*',
      resource: plural,
      subresource: '',
      namespace,
      name: ref.name,
    },
    { signal },
  )
  if (mayBind.kind === 'allow') return
  const wanted = options.rbac.rulesOf(ref, namespace)
  if (typeof wanted === 'string') {
    if (ref.kind !== 'Role' && ref.kind !== 'ClusterRole') {
      throw statusErrors.plain(`unsupported role reference kind: ${JSON.stringify(ref.kind)}`)
    }
    if (ref.name === '') throw statusErrors.badRequest('Name parameter required.')
    // Upstream names the resource of the request, not that of the role.
    throw statusErrors.notFound(resource, ref.name)
  }
  const missing = describeMissing(options, { user, namespace, wanted })
  if (missing === undefined) return
  throw statusErrors.forbidden(resource, binding.metadata.name ?? '', missing)
}

/** What a user would grant without having it, in Kubernetes' words. */
function describeMissing(
  { rbac }: Options,
  of: { user: User; namespace: string; wanted: readonly PolicyRule[] },
): string | undefined {
  const { user, namespace } = of
  const held = rbac.rulesFor(user, namespace)
  const missing = missingRules(held.rules, of.wanted)
  if (missing.length === 0) return undefined
  const lines = [...new Set(compactRules(missing).map(describeRule))].sort()
  const who = `user ${JSON.stringify(user.name)} (groups=${quotedList(user.groups)})`
  const head = `${who} is attempting to grant RBAC permissions not currently held:`
  const errors = held.errors.length > 0 ? `; resolution errors: [${held.errors.join(' ')}]` : ''
  return `${head}\n${lines.join('\n')}${errors}`
}

import type { DeepReadonly } from '../../../../base/index.ts'
import type { KubeObject, Namespace, Pod } from '../../../../api/index.ts'
import { statusErrors } from '../../status.ts'
import type { AdmissionAttributes } from '../attributes.ts'
import { forbidden } from '../forbidden.ts'
import type { Lookup } from '../lookup.ts'
import type { MakePlugin } from '../plugin.ts'
import type { PodSpec } from './check.ts'
import { evaluatePod } from './evaluate.ts'
import { namespaceWarnings } from './namespace-warnings.ts'
import {
  compareLevels,
  DEFAULT_POLICY,
  isPrivileged,
  type Policy,
  policyOf,
  policyText,
} from './policy.ts'

const NAMESPACES = { group: '', plural: 'namespaces' }
const PODS = { group: '', plural: 'pods' }
const PREFIX = 'pod-security.kubernetes.io/'

/** Sub-resources that cannot change what a pod may do. */
const IGNORED = new Set([
  'exec',
  'attach',
  'binding',
  'eviction',
  'log',
  'portforward',
  'proxy',
  'status',
])

/** Where kinds that make pods have the template. */
const TEMPLATES: Readonly<Record<string, (object: KubeObject) => Template | undefined>> = {
  'podtemplates.': (object) => (object as { template?: Template }).template,
  'replicationcontrollers.': specTemplate,
  'replicasets.apps': specTemplate,
  'deployments.apps': specTemplate,
  'daemonsets.apps': specTemplate,
  'statefulsets.apps': specTemplate,
  'jobs.batch': specTemplate,
  'cronjobs.batch': (object) => {
    const { spec } = object as { spec?: { jobTemplate?: { spec?: { template?: Template } } } }
    return spec?.jobTemplate?.spec?.template
  },
}

type Template = { readonly metadata?: DeepReadonly<Pod>['metadata']; readonly spec?: PodSpec }

function specTemplate(object: KubeObject): Template | undefined {
  return (object as { spec?: { template?: Template } }).spec?.template
}

/** Who need not comply, as in the plugin's configuration file. */
export interface PodSecurityExemptions {
  readonly usernames?: readonly string[]
  readonly namespaces?: readonly string[]
  readonly runtimeClasses?: readonly string[]
}

/** Holds pods to what their namespace's labels ask of them (KEP-2579). */
export const podSecurity: MakePlugin = ({ lookup, config }) => {
  const { exempt = {}, defaults } = config.podSecurity ?? {}
  return podSecurityWith(lookup, exempt, defaults)
}

export function podSecurityWith(
  lookup: Lookup,
  exempt: PodSecurityExemptions,
  defaults: Policy = DEFAULT_POLICY,
): ReturnType<MakePlugin> {
  const settings = { exempt, defaults }
  return {
    async validate(attributes) {
      const { operation, resource, object } = attributes
      if ((operation !== 'CREATE' && operation !== 'UPDATE') || !object) return
      const name = `${resource.plural}.${resource.group}`
      if (name === 'namespaces.') return validateNamespace(lookup, settings, attributes)
      const extract = name === 'pods.' ? undefined : TEMPLATES[name]
      if (name !== 'pods.' && !extract) return
      if (name === 'pods.' ? IGNORED.has(attributes.subresource) : attributes.subresource) return
      if (isExempt(exempt, attributes)) return
      const policy = await policyFor(lookup, attributes, defaults)
      if (extract) {
        const template = extract(object)
        if (template?.spec) evaluate(exempt, attributes, { policy, ...template, enforce: false })
        return
      }
      const { metadata, spec } = object as Pod
      const old = attributes.old as DeepReadonly<Pod> | undefined
      if (operation === 'UPDATE' && old && !isSignificant(spec, old.spec)) return
      evaluate(exempt, attributes, { policy, metadata, spec, enforce: true })
    },
  }
}

function isExempt(exempt: PodSecurityExemptions, attributes: AdmissionAttributes): boolean {
  const note = (reason: string) => {
    attributes.annotate(`${PREFIX}exempt`, reason)
    return true
  }
  if (exempt.namespaces?.includes(attributes.namespace)) return note('namespace')
  return (exempt.usernames?.includes(attributes.user.name) ?? false) && note('user')
}

async function policyFor(
  lookup: Lookup,
  attributes: AdmissionAttributes,
  defaults: Policy,
): Promise<Policy> {
  const { namespace, signal } = attributes
  const found = await lookup.find<Namespace>(NAMESPACES, { name: namespace, signal })
  if (!found) {
    throw statusErrors.internal(`failed to lookup namespace ${JSON.stringify(namespace)}`)
  }
  const { policy, errors } = policyOf(found.metadata.labels ?? {}, defaults)
  if (errors.length > 0) {
    const texts = errors.map(({ field, detail }) => `${field}: ${detail}`).join(', ')
    attributes.annotate(`${PREFIX}error`, `Failed to parse policy: ${texts}`)
  }
  return policy
}

/** Only images can be changed in a running pod; ephemeral containers can be added. */
function isSignificant(spec: PodSpec, old: PodSpec): boolean {
  const changed = (now: readonly Imaged[] = [], before: readonly Imaged[] = []) =>
    now.length !== before.length || now.some((c, index) => c.image !== before[index]?.image)
  if (changed(spec.containers, old.containers)) return true
  if (changed(spec.initContainers, old.initContainers)) return true
  const before = new Map((old.ephemeralContainers ?? []).map((c) => [c.name, c.image]))
  return (spec.ephemeralContainers ?? []).some((c) => before.get(c.name) !== c.image)
}

type Imaged = { readonly image?: string }

function evaluate(
  exempt: PodSecurityExemptions,
  attributes: AdmissionAttributes,
  of: {
    policy: Policy
    metadata?: DeepReadonly<Pod>['metadata']
    spec?: PodSpec
    enforce: boolean
  },
): void {
  const { policy, metadata = {}, spec, enforce } = of
  if (!spec || isPrivileged(policy)) return
  if (spec.runtimeClassName && exempt.runtimeClasses?.includes(spec.runtimeClassName)) {
    attributes.annotate(`${PREFIX}exempt`, 'runtimeClass')
    return
  }
  const pod = { metadata, spec }
  const audited = evaluatePod(policy.audit, pod)
  if (!audited.allowed) {
    const text = `would violate PodSecurity "${policyText(policy.audit)}": ${audited.details}`
    attributes.annotate(`${PREFIX}audit-violations`, text)
  }
  if (enforce) {
    const text = policyText(policy.enforce)
    attributes.annotate(`${PREFIX}enforce-policy`, text)
    const { allowed, details } = evaluatePod(policy.enforce, pod)
    if (!allowed) throw forbidden(attributes, `violates PodSecurity "${text}": ${details}`)
  }
  const warned = evaluatePod(policy.warn, pod)
  if (warned.allowed) return
  attributes.warn(`would violate PodSecurity "${policyText(policy.warn)}": ${warned.details}`)
}

function validateNamespace(
  lookup: Lookup,
  { exempt, defaults }: { exempt: PodSecurityExemptions; defaults: Policy },
  attributes: AdmissionAttributes,
): void {
  if (attributes.subresource !== '') return
  const { operation, resource, object, old } = attributes
  const name = object?.metadata.name ?? ''
  const next = policyOf(object?.metadata.labels ?? {}, defaults)
  const before = policyOf(old?.metadata.labels ?? {}, defaults)
  const isNews =
    operation === 'CREATE' || JSON.stringify(next.errors) !== JSON.stringify(before.errors)
  if (next.errors.length > 0 && isNews) throw statusErrors.invalid(resource, name, next.errors)
  if (operation !== 'UPDATE' || exempt.namespaces?.includes(name)) return
  const { enforce } = next.policy
  const was = before.policy.enforce
  if (enforce.level === 'privileged') return
  if (enforce.minor === was.minor && compareLevels(enforce.level, was.level) <= 0) return
  const pods = lookup.list<Pod>(PODS, { namespace: name })
  const counted = pods.filter((pod) => {
    const runtime = pod.spec.runtimeClassName
    return !runtime || !exempt.runtimeClasses?.includes(runtime)
  })
  for (const text of namespaceWarnings(name, enforce, counted)) attributes.warn(text)
}

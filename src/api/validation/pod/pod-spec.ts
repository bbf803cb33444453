import type { DeepReadonly } from '../../../base/index.ts'
import { PodResourceClaim, type PodSpec } from '../../core/index.ts'
import type { FieldError } from '../../schema/index.ts'
import { duplicate, forbidden, goStrings, invalid, required } from '../field-errors.ts'
import { goText } from '../go-text.ts'
import { validateLabels } from '../metadata.ts'
import { dns1123LabelErrors, dns1123SubdomainErrors } from '../names.ts'
import { each, ipErrors, oneOf, type PodContext } from './common.ts'
import {
  type Surroundings,
  validateContainers,
  validateEphemeralContainers,
  validateHostNetwork,
  validateInitContainers,
} from './containers.ts'
import { DEADLINE_RANGE } from './probes.ts'
import { validateResources } from './resources.ts'
import {
  validateAffinity,
  validateGates,
  validateSpread,
  validateTolerations,
} from './scheduling.ts'
import { validatePodSecurity } from './security.ts'
import { validateVolumes } from './volumes.ts'
import { validateHostProcesses, validateOs } from './windows.ts'

const DNS_POLICIES = ['ClusterFirstWithHostNet', 'ClusterFirst', 'Default', 'None']
const MAX_DEADLINE_SECONDS = 2 ** 31 - 1
const MAX_NAMESERVERS = 3
const MAX_SEARCHES = 32
const MAX_SEARCH_CHARACTERS = 2048

/** Everything that can be wrong with a pod's spec, in upstream's order and words. */
export function validatePodSpec(
  spec: DeepReadonly<PodSpec>,
  path: string,
  context: PodContext = { isPod: false },
): FieldError[] {
  const { valid: volumes, errors } = validateVolumes(spec.volumes ?? [], `${path}.volumes`, context)
  const around: Surroundings = { spec, volumes }
  const ephemeral = spec.ephemeralContainers ?? []
  return [
    ...errors,
    ...validateClaims(spec.resourceClaims ?? [], `${path}.resourceClaims`),
    ...validateContainers(around, `${path}.containers`),
    ...validateInitContainers(around, `${path}.initContainers`),
    ...validateEphemeralContainers(ephemeral, around, `${path}.ephemeralContainers`),
    ...validateHostNetwork(spec, path, context.isPod),
    ...oneOf(`${path}.restartPolicy`, spec.restartPolicy, ['Always', 'OnFailure', 'Never']),
    ...oneOf(`${path}.dnsPolicy`, spec.dnsPolicy, DNS_POLICIES),
    ...validateLabels(spec.nodeSelector, `${path}.nodeSelector`),
    ...validatePodSecurity(spec, `${path}.securityContext`),
    ...(spec.affinity ? validateAffinity(spec.affinity, `${path}.affinity`) : []),
    ...validateDns(spec, path),
    ...validateGates(spec, path),
    ...validateSpread(spec.topologySpreadConstraints ?? [], `${path}.topologySpreadConstraints`),
    ...validateHostProcesses(spec, path),
    ...validateHostUsers(spec, path),
    ...validateNames(spec, path),
    ...validateTolerations(spec.tolerations ?? [], `${path}.tolerations`),
    ...validateHostAliases(spec, `${path}.hostAliases`),
    ...validateClasses(spec, path),
    ...validateOs(spec, path),
  ]
}

function validateClaims(
  claims: readonly DeepReadonly<PodResourceClaim>[],
  path: string,
): FieldError[] {
  const errors: FieldError[] = []
  const names = new Set<string>()
  for (const [i, claim] of claims.entries()) {
    const at = `${path}[${i}]`
    const { name, resourceClaimName, resourceClaimTemplateName } = claim
    if (!name) errors.push(required(`${at}.name`))
    else if (names.has(name)) errors.push(duplicate(`${at}.name`, name))
    else errors.push(...each(`${at}.name`, name, dns1123LabelErrors(name)))
    names.add(name)
    const count = [resourceClaimName, resourceClaimTemplateName].filter((n) => n !== undefined)
    if (count.length !== 1) {
      const detail =
        count.length > 1
          ? 'at most one of `resourceClaimName` or `resourceClaimTemplateName` may be specified'
          : 'must specify one of: `resourceClaimName`, `resourceClaimTemplateName`'
      errors.push(invalid(at, goText(PodResourceClaim, claim), detail))
    }
    for (const [field, value] of Object.entries({ resourceClaimName, resourceClaimTemplateName })) {
      if (value === undefined) continue
      errors.push(...each(`${at}.${field}`, value, dns1123SubdomainErrors(value)))
    }
  }
  return errors
}

/** KEP-127: a pod with users of its own shares nothing else with its node either. */
function validateHostUsers(spec: DeepReadonly<PodSpec>, path: string): FieldError[] {
  if (spec.hostUsers !== false) return []
  const detail = 'when `pod.Spec.HostUsers` is false'
  const fields = { hostNetwork: 'hostNetwork', hostPID: 'HostPID', hostIPC: 'HostIPC' } as const
  const shared = (['hostNetwork', 'hostPID', 'hostIPC'] as const).filter((field) => spec[field])
  return shared.map((field) => forbidden(`${path}.${fields[field]}`, detail))
}

function validateDns(spec: DeepReadonly<PodSpec>, path: string): FieldError[] {
  const { dnsConfig, dnsPolicy } = spec
  const errors: FieldError[] = []
  if (dnsPolicy === 'None') {
    if (!dnsConfig) {
      return [required(`${path}.dnsConfig`, 'must provide `dnsConfig` when `dnsPolicy` is None')]
    }
    if (!dnsConfig.nameservers?.length) {
      const detail = 'must provide at least one DNS nameserver when `dnsPolicy` is None'
      return [required(`${path}.dnsConfig.nameservers`, detail)]
    }
  }
  const servers = dnsConfig?.nameservers ?? []
  if (servers.length > MAX_NAMESERVERS) {
    const detail = `must not have more than ${MAX_NAMESERVERS} nameservers`
    errors.push(invalid(`${path}.dnsConfig.nameservers`, goStrings(servers), detail))
  }
  servers.forEach((server, i) => {
    errors.push(...ipErrors(`${path}.dnsConfig.nameservers[${i}]`, server))
  })
  const searches = dnsConfig?.searches ?? []
  if (searches.length > MAX_SEARCHES) {
    const detail = `must not have more than ${MAX_SEARCHES} search paths`
    errors.push(invalid(`${path}.dnsConfig.searches`, goStrings(searches), detail))
  }
  if (searches.join(' ').length > MAX_SEARCH_CHARACTERS) {
    const detail = `must not have more than ${MAX_SEARCH_CHARACTERS} characters (including spaces) in the search list`
    errors.push(invalid(`${path}.dnsConfig.searches`, goStrings(searches), detail))
  }
  for (const [i, search] of searches.entries()) {
    const name = search.replace(/\.$/, '')
    errors.push(...each(`${path}.dnsConfig.searches[${i}]`, name, dns1123SubdomainErrors(name)))
  }
  dnsConfig?.options?.forEach((option, i) => {
    const at = `${path}.dnsConfig.options[${i}]`
    if (!option.name) errors.push(required(at, 'must not be empty'))
  })
  return errors
}

function validateNames(spec: DeepReadonly<PodSpec>, path: string): FieldError[] {
  const errors: FieldError[] = []
  for (const field of ['serviceAccountName', 'nodeName'] as const) {
    const name = spec[field]
    if (name) errors.push(...each(`${path}.${field}`, name, dns1123SubdomainErrors(name)))
  }
  const deadline = spec.activeDeadlineSeconds
  if (deadline !== undefined && (deadline < 1 || deadline > MAX_DEADLINE_SECONDS)) {
    errors.push(invalid(`${path}.activeDeadlineSeconds`, deadline, DEADLINE_RANGE))
  }
  for (const field of ['hostname', 'subdomain'] as const) {
    const name = spec[field]
    if (name) errors.push(...each(`${path}.${field}`, name, dns1123LabelErrors(name)))
  }
  return errors
}

/** What a pod has of its classes. */
function validateClasses(spec: DeepReadonly<PodSpec>, path: string): FieldError[] {
  const { priorityClassName, runtimeClassName, preemptionPolicy: preemption, overhead } = spec
  const errors: FieldError[] = []
  const named = (field: string, name: string) =>
    each(`${path}.${field}`, name, dns1123SubdomainErrors(name))
  if (priorityClassName) errors.push(...named('priorityClassName', priorityClassName))
  if (runtimeClassName !== undefined) errors.push(...named('runtimeClassName', runtimeClassName))
  if (preemption !== undefined) {
    const policies = ['PreemptLowerPriority', 'Never']
    errors.push(...oneOf(`${path}.preemptionPolicy`, preemption, policies))
  }
  if (overhead) errors.push(...validateResources({ limits: overhead }, `${path}.overhead`))
  return errors
}

function validateHostAliases(spec: DeepReadonly<PodSpec>, path: string): FieldError[] {
  return (spec.hostAliases ?? []).flatMap(({ ip, hostnames }, i) => [
    ...ipErrors(`${path}[${i}].ip`, ip),
    ...(hostnames ?? []).flatMap((hostname, k) =>
      each(`${path}[${i}].hostnames[${k}]`, hostname, dns1123SubdomainErrors(hostname)),
    ),
  ])
}

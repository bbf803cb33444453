import type { DeepReadonly } from '../../../base/index.ts'
import type { PodSpec } from '../../core/index.ts'
import type { FieldError } from '../../schema/index.ts'
import { invalid, notSupported, required } from '../field-errors.ts'
import {
  dns1123LabelErrors,
  dns1123SubdomainErrors,
  labelValueErrors,
  qualifiedNameErrors,
} from '../names.ts'
import { each, ipErrors, oneOf } from './common.ts'
import { validateContainers } from './containers.ts'
import { DEADLINE_RANGE } from './probes.ts'
import {
  validateAffinity,
  validateGates,
  validateSpread,
  validateTolerations,
} from './scheduling.ts'
import { validateOs, validatePodSecurity } from './security.ts'
import { validateVolumes } from './volumes.ts'

const DNS_POLICIES = ['ClusterFirstWithHostNet', 'ClusterFirst', 'Default', 'None']
const MAX_DEADLINE_SECONDS = 2 ** 31 - 1
const MAX_NAMESERVERS = 3
const MAX_SEARCHES = 32

/** Everything that can be wrong with a pod's spec, in upstream's order and words. */
export function validatePodSpec(spec: DeepReadonly<PodSpec>, path: string): FieldError[] {
  const errors: FieldError[] = [
    ...validateVolumes(spec.volumes ?? [], `${path}.volumes`),
    ...validateContainers(spec, path),
    ...oneOf(`${path}.restartPolicy`, spec.restartPolicy, ['Always', 'OnFailure', 'Never']),
    ...oneOf(`${path}.dnsPolicy`, spec.dnsPolicy, DNS_POLICIES),
    ...validateNodeSelector(spec.nodeSelector ?? {}, `${path}.nodeSelector`),
    ...validatePodSecurity(spec, `${path}.securityContext`),
    ...(spec.affinity ? validateAffinity(spec.affinity, `${path}.affinity`) : []),
    ...validateDns(spec, path),
    ...validateGates(spec, path),
    ...validateSpread(spec.topologySpreadConstraints ?? [], `${path}.topologySpreadConstraints`),
    ...validateNames(spec, path),
    ...validateTolerations(spec.tolerations ?? [], `${path}.tolerations`),
    ...validateHostAliases(spec, `${path}.hostAliases`),
    ...validateOs(spec, path),
  ]
  return errors
}

function validateNodeSelector(
  selector: Readonly<Record<string, string>>,
  path: string,
): FieldError[] {
  return Object.entries(selector).flatMap(([key, value]) => [
    ...each(path, key, qualifiedNameErrors(key)),
    ...each(path, value, labelValueErrors(value)),
  ])
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
    errors.push(invalid(`${path}.dnsConfig.nameservers`, servers, detail))
  }
  servers.forEach((server, i) => {
    errors.push(...ipErrors(`${path}.dnsConfig.nameservers[${i}]`, server))
  })
  const searches = dnsConfig?.searches ?? []
  if (searches.length > MAX_SEARCHES) {
    const detail = `must not have more than ${MAX_SEARCHES} search paths`
    errors.push(invalid(`${path}.dnsConfig.searches`, searches, detail))
  }
  searches.forEach((search, i) => {
    const name = search.replace(/\.$/, '').replaceAll('_', '-')
    if (search === '.') return
    errors.push(...each(`${path}.dnsConfig.searches[${i}]`, search, dns1123SubdomainErrors(name)))
  })
  dnsConfig?.options?.forEach((option, i) => {
    const at = `${path}.dnsConfig.options[${i}]`
    if (!option.name) errors.push(required(at, 'must not be empty'))
  })
  return errors
}

function validateNames(spec: DeepReadonly<PodSpec>, path: string): FieldError[] {
  const errors: FieldError[] = []
  const subdomain = (field: 'serviceAccountName' | 'nodeName' | 'priorityClassName') => {
    const name = spec[field]
    if (name) errors.push(...each(`${path}.${field}`, name, dns1123SubdomainErrors(name)))
  }
  subdomain('serviceAccountName')
  subdomain('nodeName')
  const deadline = spec.activeDeadlineSeconds
  if (deadline !== undefined && (deadline < 1 || deadline > MAX_DEADLINE_SECONDS)) {
    errors.push(invalid(`${path}.activeDeadlineSeconds`, deadline, DEADLINE_RANGE))
  }
  for (const field of ['hostname', 'subdomain'] as const) {
    const name = spec[field]
    if (name) errors.push(...each(`${path}.${field}`, name, dns1123LabelErrors(name)))
  }
  subdomain('priorityClassName')
  const grace = spec.terminationGracePeriodSeconds
  if (grace !== undefined && grace < 0) {
    const at = `${path}.terminationGracePeriodSeconds`
    errors.push(invalid(at, grace, 'must be greater than or equal to 0'))
  }
  const preemption = spec.preemptionPolicy
  if (preemption && preemption !== 'PreemptLowerPriority' && preemption !== 'Never') {
    const supported = ['Never', 'PreemptLowerPriority']
    errors.push(notSupported(`${path}.preemptionPolicy`, preemption, supported))
  }
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

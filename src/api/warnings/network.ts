import type { DeepReadonly } from '../../base/index.ts'
import type { Service, ServiceAccount } from '../core/index.ts'
import { addressWarnings, rangeWarnings } from './addresses.ts'
import type { Ingress } from '../networking/index.ts'

const HINTS = 'service.kubernetes.io/topology-aware-hints'
const MODE = 'service.kubernetes.io/topology-mode'
const CLASS = 'kubernetes.io/ingress.class'
const MOUNTABLE = 'kubernetes.io/enforce-mountable-secrets'

export function warnService({ metadata, spec }: DeepReadonly<Service>): string[] {
  const warnings: string[] = []
  if (metadata.annotations?.[HINTS] !== undefined) {
    warnings.push(`annotation ${HINTS} is deprecated, please use ${MODE} instead`)
  }
  const { clusterIPs = [], externalIPs = [], loadBalancerIP, loadBalancerSourceRanges } = spec ?? {}
  for (const [i, ip] of clusterIPs.entries()) {
    if (ip !== 'None') warnings.push(...addressWarnings(ip, `spec.clusterIPs[${i}]`))
  }
  for (const [i, ip] of externalIPs.entries()) {
    warnings.push(...addressWarnings(ip, `spec.externalIPs[${i}]`))
  }
  if (loadBalancerIP) warnings.push(...addressWarnings(loadBalancerIP, 'spec.loadBalancerIP'))
  for (const [i, range] of (loadBalancerSourceRanges ?? []).entries()) {
    warnings.push(...rangeWarnings(range, `spec.loadBalancerSourceRanges[${i}]`))
  }
  const isName = spec?.type === 'ExternalName'
  if (isName && spec.externalIPs?.length) {
    warnings.push('spec.externalIPs is ignored when spec.type is "ExternalName"')
  }
  if (!isName && spec?.externalName) {
    warnings.push('spec.externalName is ignored when spec.type is not "ExternalName"')
  }
  return warnings
}

export function warnIngress(
  { metadata, spec }: DeepReadonly<Ingress>,
  old?: DeepReadonly<Ingress>,
): string[] {
  const isOld = metadata.annotations?.[CLASS] !== undefined && !spec?.ingressClassName
  if (old || !isOld) return []
  return [`annotation "${CLASS}" is deprecated, please use 'spec.ingressClassName' instead`]
}

export function warnServiceAccount(
  account: DeepReadonly<ServiceAccount>,
  old?: DeepReadonly<ServiceAccount>,
): string[] {
  const enforces = (of: DeepReadonly<ServiceAccount> | undefined) =>
    of?.metadata.annotations?.[MOUNTABLE] !== undefined
  if (!enforces(account) || enforces(old)) return []
  return [
    `metadata.annotations[${MOUNTABLE}]: deprecated in v1.32+; prefer separate namespaces to ` +
      'isolate access to mounted secrets',
  ]
}

type Labels = Readonly<Record<string, string>> | undefined

const RESTRICTED = 'node-restriction.kubernetes.io'

/** Labels of Kubernetes' own that a kubelet may give its node. */
const KUBELET_LABELS = new Set([
  'kubernetes.io/hostname',
  'kubernetes.io/arch',
  'kubernetes.io/os',
  'beta.kubernetes.io/arch',
  'beta.kubernetes.io/instance-type',
  'beta.kubernetes.io/os',
  'failure-domain.beta.kubernetes.io/region',
  'failure-domain.beta.kubernetes.io/zone',
  'failure-domain.kubernetes.io/region',
  'failure-domain.kubernetes.io/zone',
  'node.kubernetes.io/instance-type',
  'topology.kubernetes.io/region',
  'topology.kubernetes.io/zone',
])
const KUBELET_DOMAINS = ['kubelet.kubernetes.io', 'node.kubernetes.io']

/** Pure: labels that are set, changed or taken and that a node may not touch; sorted. */
export function restrictedLabels(now: Labels, old: Labels): string[] {
  const names = new Set([...Object.keys(now ?? {}), ...Object.keys(old ?? {})])
  return [...names].filter((name) => now?.[name] !== old?.[name] && isRestricted(name)).sort()
}

function isRestricted(label: string): boolean {
  const domain = label.includes('/') ? (label.split('/')[0] ?? '') : ''
  if (isWithin(domain, RESTRICTED)) return true
  const isKubernetes = isWithin(domain, 'kubernetes.io') || isWithin(domain, 'k8s.io')
  return (
    isKubernetes && !KUBELET_LABELS.has(label) && !KUBELET_DOMAINS.some((d) => isWithin(domain, d))
  )
}

const isWithin = (domain: string, parent: string) =>
  domain === parent || domain.endsWith(`.${parent}`)

import type { DeepReadonly } from '../../../base/index.ts'
import type { EnvFromSource, EnvVar, Pod, ServiceAccount } from '../../../api/index.ts'
import type { AdmissionAttributes } from './attributes.ts'
import { forbidden } from './forbidden.ts'

/** The pod may use only the secrets that its account names. Throws 403. */
export function checkSecrets(
  attributes: AdmissionAttributes,
  pod: Pod,
  of: { account: DeepReadonly<ServiceAccount>; ephemeralOnly: boolean },
): void {
  const { account, ephemeralOnly } = of
  const name = account.metadata.name ?? ''
  const mountable = new Set((account.secrets ?? []).map((secret) => secret.name))
  const refuse = (what: string, secret: string) => {
    const where = `${what} secret.secretName=${JSON.stringify(secret)} is not allowed because `
    return forbidden(attributes, `${where}service account ${name} does not reference that secret`)
  }
  const { spec } = pod
  if (!ephemeralOnly) {
    for (const { secret } of spec.volumes ?? []) {
      const used = secret?.secretName
      if (used !== undefined && !mountable.has(used)) throw refuse('volume with', used)
    }
  }
  const groups: [string, readonly Referrer[]][] = ephemeralOnly
    ? [['ephemeral container', spec.ephemeralContainers ?? []]]
    : [
        ['init container', spec.initContainers ?? []],
        ['container', spec.containers],
      ]
  for (const [kind, containers] of groups) {
    for (const container of containers) {
      for (const { secret, how } of referencesOf(container)) {
        if (mountable.has(secret)) continue
        throw refuse(`${kind} ${container.name} with ${how} referencing`, secret)
      }
    }
  }
  if (!ephemeralOnly) checkPullSecrets(attributes, pod, account)
}

interface Referrer {
  readonly name: string
  readonly env?: readonly EnvVar[]
  readonly envFrom?: readonly EnvFromSource[]
}

function referencesOf({ env = [], envFrom = [] }: Referrer): { secret: string; how: string }[] {
  const whole = envFrom.flatMap(({ secretRef }) =>
    secretRef?.name === undefined ? [] : [{ secret: secretRef.name, how: 'envFrom' }],
  )
  const single = env.flatMap(({ name, valueFrom }) => {
    const secret = valueFrom?.secretKeyRef?.name
    return secret === undefined ? [] : [{ secret, how: `env ${name}` }]
  })
  return [...whole, ...single]
}

function checkPullSecrets(
  attributes: AdmissionAttributes,
  pod: Pod,
  account: DeepReadonly<ServiceAccount>,
): void {
  const allowed = new Set((account.imagePullSecrets ?? []).map((secret) => secret.name))
  for (const [index, secret] of (pod.spec.imagePullSecrets ?? []).entries()) {
    if (allowed.has(secret.name)) continue
    throw forbidden(
      attributes,
      `imagePullSecrets[${index}].name=${JSON.stringify(secret.name ?? '')} is not allowed because ` +
        `service account ${account.metadata.name ?? ''} does not reference that imagePullSecret`,
    )
  }
}

/** What a node runs by itself may use nothing of the API. Throws 403. */
export function checkMirrorPod(attributes: AdmissionAttributes, { spec }: Pod): void {
  const refuse = (what: string) => forbidden(attributes, `a mirror pod may not ${what}`)
  if (spec.serviceAccountName) throw refuse('reference service accounts')
  const containers: readonly Referrer[] = [...(spec.initContainers ?? []), ...spec.containers]
  const volumes = spec.volumes ?? []
  const usesSecrets =
    volumes.some((volume) => volume.secret) ||
    (spec.imagePullSecrets ?? []).length > 0 ||
    containers.some((container) => referencesOf(container).length > 0)
  if (usesSecrets) throw refuse('reference secrets')
  const sources = volumes.flatMap((volume) => volume.projected?.sources ?? [])
  if (sources.some((source) => source.serviceAccountToken)) {
    throw refuse('use ServiceAccountToken volume projections')
  }
  if (volumes.some((volume) => volume.persistentVolumeClaim)) {
    throw refuse('reference persistentvolumeclaims')
  }
}

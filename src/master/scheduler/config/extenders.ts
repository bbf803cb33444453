import { goDurationMs } from '../../../api/index.ts'
import { asFields, asList, type Fields } from './fields.ts'
import { type ExtenderConfig, SchedulerConfigError } from './types.ts'

const TIMEOUT_MS = 5000

/** `extenders` of a KubeSchedulerConfiguration. Throws `SchedulerConfigError`. */
export function readExtenders(value: unknown): ExtenderConfig[] {
  const extenders = asList(value, 'extenders').map((item, i) =>
    readExtender(asFields(item, `extenders[${i}]`), `extenders[${i}]`),
  )
  const binders = extenders.filter(({ bindVerb }) => bindVerb !== '').length
  if (binders > 1) {
    throw new SchedulerConfigError(
      `extenders: Invalid value: "found ${binders} extenders implementing bind": only one extender can implement bind`,
    )
  }
  return extenders
}

function readExtender(fields: Fields, path: string): ExtenderConfig {
  const urlPrefix = text(fields, 'urlPrefix', path)
  if (!URL.canParse(urlPrefix)) {
    throw new SchedulerConfigError(`${path}.urlPrefix: Invalid value: "${urlPrefix}": not a URL`)
  }
  const prioritizeVerb = text(fields, 'prioritizeVerb', path)
  const weight = fields['weight'] ?? 0
  if (typeof weight !== 'number' || (prioritizeVerb !== '' && weight <= 0)) {
    throw new SchedulerConfigError(
      `${path}.weight: Invalid value: ${JSON.stringify(weight)}: must have a positive weight applied to it`,
    )
  }
  const tls = asFields(fields['tlsConfig'] ?? {}, `${path}.tlsConfig`)
  const within = `${path}.tlsConfig`
  return {
    urlPrefix,
    filterVerb: text(fields, 'filterVerb', path),
    prioritizeVerb,
    preemptVerb: text(fields, 'preemptVerb', path),
    bindVerb: text(fields, 'bindVerb', path),
    weight,
    timeoutMs: timeout(fields, path),
    nodeCacheCapable: fields['nodeCacheCapable'] === true,
    ignorable: fields['ignorable'] === true,
    managedResources: asList(fields['managedResources'], `${path}.managedResources`).map(
      (item, i) => {
        const resource = asFields(item, `${path}.managedResources[${i}]`)
        const name = text(resource, 'name', `${path}.managedResources[${i}]`)
        return { name, ignoredByScheduler: resource['ignoredByScheduler'] === true }
      },
    ),
    enableHttps: fields['enableHTTPS'] === true,
    tls: {
      insecure: tls['insecure'] === true,
      serverName: text(tls, 'serverName', within),
      certFile: text(tls, 'certFile', within),
      keyFile: text(tls, 'keyFile', within),
      caFile: text(tls, 'caFile', within),
      certData: text(tls, 'certData', within),
      keyData: text(tls, 'keyData', within),
      caData: text(tls, 'caData', within),
    },
  }
}

function timeout(fields: Fields, path: string): number {
  const value = fields['httpTimeout'] ?? 0
  const ms = value === 0 ? 0 : typeof value === 'string' ? goDurationMs(value) : undefined
  if (ms !== undefined) return ms === 0 ? TIMEOUT_MS : ms
  throw new SchedulerConfigError(
    `${path}.httpTimeout: Invalid value: ${JSON.stringify(value)}: no duration such as 5s`,
  )
}

function text(fields: Fields, name: string, path: string): string {
  const value = fields[name] ?? ''
  if (typeof value === 'string') return value
  throw new SchedulerConfigError(
    `${path}.${name}: Invalid value: ${JSON.stringify(value)}: must be a string`,
  )
}

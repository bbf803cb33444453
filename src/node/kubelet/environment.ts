import type { DeepReadonly } from '../../base/index.ts'
import type {
  ConfigMap,
  PersistentVolume,
  EnvVarSource,
  Secret,
  Service,
  ServicePort,
} from '../../api/index.ts'
import { type DownwardFacts, fieldValue, resourceValue } from './downward.ts'
import { expand } from './expansion.ts'
import type { ContainerView, PodView } from './pod-words.ts'

/** ConfigMaps and Secrets of the pod's namespace; undefined: there is none of that name. */
export interface ObjectSource {
  configMap(name: string): DeepReadonly<ConfigMap> | undefined
  secret(name: string): DeepReadonly<Secret> | undefined
  /** A token of the pod's service account, by `tokenKey`; undefined: none could be had. */
  token(key: string): string | undefined
  /** The volume that a claim is bound to; undefined when there is no such claim, or it waits. */
  claimedVolume(claim: string): DeepReadonly<PersistentVolume> | undefined
}

/** What a container's configuration refers to is missing; the message is the kubelet's. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
}

export interface EnvironmentInput {
  readonly pod: PodView
  readonly container: ContainerView
  readonly source: ObjectSource
  /** Lowest precedence: what the node gives every container. */
  readonly base: Readonly<Record<string, string>>
  readonly serviceEnv: Readonly<Record<string, string>>
  readonly facts: DownwardFacts
}

const VARIABLE_NAME = /^[-._a-zA-Z][-._a-zA-Z0-9]*$/

/** A container's whole environment, in Kubernetes' order of precedence. Throws `ConfigError`. */
export function environmentOf(input: EnvironmentInput): Record<string, string> {
  const { container, serviceEnv } = input
  const own = new Map<string, string>()
  for (const from of container.envFrom ?? []) {
    const prefix = from.prefix ?? ''
    for (const [key, value] of envFromValues(from, input)) {
      if (VARIABLE_NAME.test(prefix + key)) own.set(prefix + key, value)
    }
  }
  const known = new Map([...Object.entries(serviceEnv), ...own])
  for (const variable of container.env ?? []) {
    const value = variable.valueFrom
      ? valueFrom(variable.valueFrom, input)
      : expand(variable.value ?? '', known)
    if (value === undefined) continue
    own.set(variable.name, value)
    known.set(variable.name, value)
  }
  return { ...input.base, ...serviceEnv, ...Object.fromEntries(own) }
}

function envFromValues(
  from: NonNullable<ContainerView['envFrom']>[number],
  { source }: EnvironmentInput,
): readonly (readonly [string, string])[] {
  if (from.configMapRef) {
    const { name = '', optional } = from.configMapRef
    const configMap = source.configMap(name)
    if (!configMap && !optional) throw notFound('configmap', name)
    return Object.entries(configMap?.data ?? {})
  }
  if (from.secretRef) {
    const { name = '', optional } = from.secretRef
    const secret = source.secret(name)
    if (!secret && !optional) throw notFound('secret', name)
    return Object.entries(secret?.data ?? {}).map(([k, v]) => [k, decodeText(v)] as const)
  }
  return []
}

/** Undefined: an optional reference that there is nothing for leaves the variable unset. */
function valueFrom(
  from: DeepReadonly<EnvVarSource>,
  { pod, container, source, facts }: EnvironmentInput,
): string | undefined {
  if (from.fieldRef) return fieldValue(pod, from.fieldRef, facts)
  if (from.resourceFieldRef) {
    return resourceValue(pod, from.resourceFieldRef, container.name, facts)
  }
  if (from.configMapKeyRef) {
    const { name = '', key, optional } = from.configMapKeyRef
    const configMap = source.configMap(name)
    const value = configMap?.data?.[key]
    if (value !== undefined || optional) return value
    if (!configMap) throw notFound('configmap', name)
    throw keyNotFound(key, 'ConfigMap', pod, name)
  }
  if (from.secretKeyRef) {
    const { name = '', key, optional } = from.secretKeyRef
    const secret = source.secret(name)
    const value = secret?.data?.[key]
    if (value !== undefined) return decodeText(value)
    if (optional) return undefined
    if (!secret) throw notFound('secret', name)
    throw keyNotFound(key, 'Secret', pod, name)
  }
  return undefined
}

function notFound(kind: string, name: string): ConfigError {
  return new ConfigError(`${kind} "${name}" not found`)
}

function keyNotFound(key: string, kind: string, pod: PodView, name: string): ConfigError {
  return new ConfigError(`couldn't find key ${key} in ${kind} ${pod.metadata.namespace}/${name}`)
}

function decodeText(base64: string): string {
  return Buffer.from(base64, 'base64').toString('utf8')
}

/**
 * Docker-link variables of the services a pod may know (`enableServiceLinks`), and the API server's
 * for every pod: `REDIS_SERVICE_HOST`, `REDIS_SERVICE_PORT`, `REDIS_PORT_6379_TCP_ADDR` … Names
 * have a Service's own ports, values those that it is served on.
 */
export function serviceEnvironment(
  services: Iterable<DeepReadonly<Service>>,
  options: {
    namespace: string
    enableServiceLinks: boolean
    /** Where ports are served that are not served as themselves. */
    servedPorts?: ReadonlyMap<number, number>
  },
): Record<string, string> {
  const env: Record<string, string> = {}
  const sorted = [...services].sort((a, b) =>
    (a.metadata.name ?? '') < (b.metadata.name ?? '') ? -1 : 1,
  )
  for (const service of sorted) {
    const { name = '', namespace } = service.metadata
    const isApi = namespace === 'default' && name === 'kubernetes'
    if (!isApi && !(options.enableServiceLinks && namespace === options.namespace)) continue
    const { clusterIP } = service.spec
    if (!clusterIP || clusterIP === 'None') continue
    const ports = (service.spec.ports ?? []).map((port) => ({
      ...port,
      served: options.servedPorts?.get(port.port) ?? port.port,
    }))
    addServiceVariables(env, { name, clusterIP, ports })
  }
  return env
}

function addServiceVariables(
  env: Record<string, string>,
  service: {
    name: string
    clusterIP: string
    ports: readonly (DeepReadonly<ServicePort> & { served: number })[]
  },
): void {
  const prefix = variableName(service.name)
  const [first] = service.ports
  if (!first) return
  env[`${prefix}_SERVICE_HOST`] = service.clusterIP
  env[`${prefix}_SERVICE_PORT`] = String(first.served)
  for (const port of service.ports) {
    const protocol = port.protocol ?? 'TCP'
    const url = `${protocol.toLowerCase()}://${service.clusterIP}:${port.served}`
    if (port.name) env[`${prefix}_SERVICE_PORT_${variableName(port.name)}`] = String(port.served)
    if (port === first) env[`${prefix}_PORT`] = url
    const one = `${prefix}_PORT_${port.port}_${protocol.toUpperCase()}`
    env[one] = url
    env[`${one}_PROTO`] = protocol.toLowerCase()
    env[`${one}_PORT`] = String(port.served)
    env[`${one}_ADDR`] = service.clusterIP
  }
}

function variableName(name: string): string {
  return name.toUpperCase().replaceAll('-', '_')
}

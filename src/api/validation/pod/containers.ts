import type { DeepReadonly } from '../../../base/index.ts'
import {
  Container,
  type ContainerPort,
  type EphemeralContainer,
  type PodSpec,
  type Volume,
} from '../../core/index.ts'
import type { FieldError } from '../../schema/index.ts'
import {
  duplicate,
  forbidden,
  invalid,
  notFoundField,
  notSupported,
  required,
} from '../field-errors.ts'
import { goFieldText } from '../go-text.ts'
import { dns1123LabelErrors, portNameErrors, portNumberErrors } from '../names.ts'
import { each, oneOf } from './common.ts'
import { validateEnv, validateEnvFrom } from './env.ts'
import { validateDevices, validateMounts } from './mounts.ts'
import { validateProbes } from './probes.ts'
import { validateResizePolicy, validateResources } from './resources.ts'
import { validateContainerSecurity } from './security.ts'

const PULL_POLICIES = ['Always', 'IfNotPresent', 'Never']
const MESSAGE_POLICIES = ['File', 'FallbackToLogsOnError']
const PROTOCOLS = ['SCTP', 'TCP', 'UDP']

type Given = DeepReadonly<Container>

/** What a container is checked against beside itself. */
export interface Surroundings {
  readonly spec: DeepReadonly<PodSpec>
  readonly volumes: ReadonlyMap<string, DeepReadonly<Volume>>
}

/** The containers that run side by side. */
export function validateContainers(around: Surroundings, path: string): FieldError[] {
  const { containers, terminationGracePeriodSeconds: grace } = around.spec
  if (!containers?.length) return [required(path)]
  const errors: FieldError[] = []
  const names = new Set<string>()
  for (const [i, container] of containers.entries()) {
    const at = `${path}[${i}]`
    errors.push(...validateContainer(container, at, around))
    if (names.has(container.name)) errors.push(duplicate(`${at}.name`, container.name))
    names.add(container.name)
    errors.push(...validateProbes(container, at, grace))
    if (container.restartPolicy !== undefined) {
      errors.push(forbidden(`${at}.restartPolicy`, 'may not be set for non-init containers'))
    }
  }
  return [...errors, ...validateHostPorts(containers, path)]
}

/** The containers that run before those, and the sidecars among them. */
export function validateInitContainers(around: Surroundings, path: string): FieldError[] {
  const { containers, initContainers = [], terminationGracePeriodSeconds: grace } = around.spec
  const errors: FieldError[] = []
  const names = new Set((containers ?? []).map((container) => container.name))
  for (const [i, container] of initContainers.entries()) {
    const at = `${path}[${i}]`
    errors.push(...validateContainer(container, at, around))
    const { restartPolicy } = container
    if (restartPolicy !== undefined && restartPolicy !== 'Always') {
      errors.push(notSupported(`${at}.restartPolicy`, restartPolicy, ['Always']))
    }
    if (names.has(container.name)) errors.push(duplicate(`${at}.name`, container.name))
    else if (container.name) names.add(container.name)
    errors.push(...validateHostPorts([container], path))
    if (container.restartPolicy === 'Always') errors.push(...validateProbes(container, at, grace))
    else errors.push(...forbiddenForInit(container, at))
  }
  return errors
}

function forbiddenForInit(container: Given, path: string): FieldError[] {
  const fields = ['lifecycle', 'livenessProbe', 'readinessProbe', 'startupProbe'] as const
  const detail = 'may not be set for init containers without restartPolicy=Always'
  const errors = fields
    .filter((field) => container[field] !== undefined)
    .map((field) => forbidden(`${path}.${field}`, detail))
  if (!container.resizePolicy?.length) return errors
  const shown = goFieldText(Container, 'resizePolicy', container.resizePolicy)
  return [...errors, invalid(`${path}.resizePolicy`, shown, 'must not be set for init containers')]
}

/** What a container that is put into a running pod may not have. */
const NOT_EPHEMERAL = [
  'ports',
  'resources',
  'resizePolicy',
  'restartPolicy',
  'livenessProbe',
  'readinessProbe',
  'startupProbe',
  'lifecycle',
] as const
/** Those of which there is always one. */
const MAY_BE_EMPTY: ReadonlySet<string> = new Set(['ports', 'resources', 'resizePolicy'])
const EPHEMERAL_ERROR = 'cannot be set for an Ephemeral Container'

/** Containers that were put into the running pod (KEP-277). */
export function validateEphemeralContainers(
  containers: readonly DeepReadonly<EphemeralContainer>[],
  around: Surroundings,
  path: string,
): FieldError[] {
  const { spec } = around
  const errors: FieldError[] = []
  const others = [...(spec.containers ?? []), ...(spec.initContainers ?? [])].map((c) => c.name)
  const names = new Set(others)
  for (const [i, container] of containers.entries()) {
    const at = `${path}[${i}]`
    const { name, targetContainerName: target, volumeMounts = [] } = container
    errors.push(...validateContainer(container, at, around))
    errors.push(...validateImageText(container, at))
    if (names.has(name)) errors.push(duplicate(`${at}.name`, name))
    names.add(name)
    if (target && !others.includes(target)) {
      errors.push(notFoundField(`${at}.targetContainerName`, target))
    }
    for (const field of NOT_EPHEMERAL) {
      const value = container[field]
      const isEmpty = MAY_BE_EMPTY.has(field) && Object.keys(value ?? {}).length === 0
      if (value === undefined || isEmpty) continue
      errors.push(forbidden(`${at}.${field}`, EPHEMERAL_ERROR))
    }
    for (const [k, mount] of volumeMounts.entries()) {
      for (const field of ['subPath', 'subPathExpr'] as const) {
        if (!mount[field]) continue
        errors.push(forbidden(`${at}.volumeMounts[${k}].${field}`, EPHEMERAL_ERROR))
      }
    }
  }
  return errors
}

/** An image's name, where it is to be fetched: templates may have blanks around it. */
export function validateImageText(
  { image = '' }: Pick<Given, 'image'>,
  path: string,
): FieldError[] {
  if (image === image.trim()) return []
  return [invalid(`${path}.image`, image, 'must not have leading or trailing whitespace')]
}

function validateContainer(container: Given, path: string, around: Surroundings): FieldError[] {
  const { spec, volumes } = around
  const { name, image = '', terminationMessagePolicy: message } = container
  const hostUsers = spec.hostUsers ?? true
  const security = { path: `${path}.securityContext`, hostUsers }
  return [
    ...(name ? each(`${path}.name`, name, dns1123LabelErrors(name)) : [required(`${path}.name`)]),
    ...(image === '' ? [required(`${path}.image`)] : []),
    ...oneOf(`${path}.terminationMessagePolicy`, message, MESSAGE_POLICIES),
    ...validatePorts(container.ports ?? [], `${path}.ports`),
    ...validateEnv(container.env ?? [], `${path}.env`),
    ...validateEnvFrom(container.envFrom ?? [], `${path}.envFrom`),
    ...validateMounts(container, `${path}.volumeMounts`, volumes),
    ...validateDevices(container, `${path}.volumeDevices`, volumes),
    ...oneOf(`${path}.imagePullPolicy`, container.imagePullPolicy, PULL_POLICIES),
    ...validateResources(container.resources ?? {}, `${path}.resources`, claimNames(spec)),
    ...validateResizePolicy(container.resizePolicy ?? [], `${path}.resizePolicy`, spec),
    ...validateContainerSecurity(container.securityContext, security),
  ]
}

function claimNames({ resourceClaims = [] }: DeepReadonly<PodSpec>): string[] {
  return resourceClaims.map((claim) => claim.name)
}

function validatePorts(ports: readonly DeepReadonly<ContainerPort>[], path: string): FieldError[] {
  const errors: FieldError[] = []
  const names = new Set<string>()
  for (const [i, port] of ports.entries()) {
    const at = `${path}[${i}]`
    const { name, containerPort, hostPort = 0, protocol } = port
    if (name) {
      const faults = portNameErrors(name)
      if (faults.length > 0) errors.push(...each(`${at}.name`, name, faults))
      else if (names.has(name)) errors.push(duplicate(`${at}.name`, name))
      else names.add(name)
    }
    const number = (field: string, value: number) =>
      each(`${at}.${field}`, value, portNumberErrors(value))
    if (containerPort === 0) errors.push(required(`${at}.containerPort`))
    else errors.push(...number('containerPort', containerPort))
    if (hostPort !== 0) errors.push(...number('hostPort', hostPort))
    errors.push(...oneOf(`${at}.protocol`, protocol, PROTOCOLS))
  }
  return errors
}

function validateHostPorts(containers: readonly Given[], path: string): FieldError[] {
  const errors: FieldError[] = []
  const taken = new Set<string>()
  for (const [i, { ports = [] }] of containers.entries()) {
    for (const [k, port] of ports.entries()) {
      if (!port.hostPort) continue
      const text = `${port.protocol ?? ''}/${port.hostIP ?? ''}/${port.hostPort}`
      if (taken.has(text)) errors.push(duplicate(`${path}[${i}].ports[${k}].hostPort`, text))
      taken.add(text)
    }
  }
  return errors
}

/** On the host's network a port of the container is one of the host. */
export function validateHostNetwork(
  { hostNetwork, containers }: DeepReadonly<PodSpec>,
  path: string,
  isPod: boolean,
): FieldError[] {
  if (!hostNetwork) return []
  const detail = 'must match `containerPort` when `hostNetwork` is true'
  return (containers ?? []).flatMap(({ ports = [] }, i) =>
    ports.flatMap(({ hostPort = 0, containerPort }, k) => {
      if (hostPort === containerPort || (!isPod && hostPort === 0)) return []
      return [invalid(`${path}.containers[${i}].ports[${k}].hostPort`, hostPort, detail)]
    }),
  )
}

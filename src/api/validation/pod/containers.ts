import type { DeepReadonly } from '../../../base/index.ts'
import type { Container, ContainerPort, PodSpec, Volume } from '../../core/index.ts'
import type { FieldError } from '../../schema/index.ts'
import { duplicate, forbidden, invalid, notFoundField, required } from '../field-errors.ts'
import { dns1123LabelErrors, portNameErrors, portNumberErrors } from '../names.ts'
import { each, oneOf } from './common.ts'
import { validateEnv, validateEnvFrom } from './env.ts'
import { validateProbes } from './probes.ts'
import { validateLocalPath } from './paths.ts'
import { validateResources } from './resources.ts'
import { validateContainerSecurity } from './security.ts'

const PULL_POLICIES = ['Always', 'IfNotPresent', 'Never']
const PROTOCOLS = ['SCTP', 'TCP', 'UDP']

/** What a container is checked against beside itself. */
interface Surroundings {
  readonly volumes: ReadonlyMap<string, DeepReadonly<Volume>>
  readonly hostNetwork: boolean
  readonly graceSeconds: number | undefined
}

/** All containers of a pod: names are unique across containers and init containers. */
export function validateContainers(spec: DeepReadonly<PodSpec>, path: string): FieldError[] {
  const errors: FieldError[] = []
  const around: Surroundings = {
    volumes: new Map((spec.volumes ?? []).map((volume) => [volume.name, volume])),
    hostNetwork: spec.hostNetwork ?? false,
    graceSeconds: spec.terminationGracePeriodSeconds,
  }
  if (!spec.containers?.length) return [required(`${path}.containers`)]
  const names = new Set<string>()
  spec.containers.forEach((container, i) => {
    const at = `${path}.containers[${i}]`
    errors.push(...validateName(container.name, `${at}.name`, names))
    errors.push(...validateContainer(container, at, around))
    errors.push(...validateProbes(container, at, around.graceSeconds))
    if (container.restartPolicy !== undefined) {
      errors.push(forbidden(`${at}.restartPolicy`, 'may not be set for non-init containers'))
    }
  })
  spec.initContainers?.forEach((container, i) => {
    const at = `${path}.initContainers[${i}]`
    errors.push(...validateName(container.name, `${at}.name`, names))
    errors.push(...validateContainer(container, at, around))
    errors.push(...validateInitContainer(container, at, around.graceSeconds))
  })
  errors.push(...validateHostPorts(spec.containers, `${path}.containers`))
  return errors
}

function validateName(name: string, path: string, names: Set<string>): FieldError[] {
  if (!name) return [required(path)]
  const errors = each(path, name, dns1123LabelErrors(name))
  if (names.has(name)) errors.push(duplicate(path, name))
  names.add(name)
  return errors
}

function validateInitContainer(
  container: DeepReadonly<Container>,
  path: string,
  graceSeconds: number | undefined,
): FieldError[] {
  if (container.restartPolicy === 'Always') return validateProbes(container, path, graceSeconds)
  const errors: FieldError[] = []
  if (container.restartPolicy !== undefined) {
    errors.push(...oneOf(`${path}.restartPolicy`, container.restartPolicy, ['Always']))
  }
  const detail = 'may not be set for init containers without restartPolicy=Always'
  for (const field of ['lifecycle', 'livenessProbe', 'readinessProbe', 'startupProbe'] as const) {
    if (container[field] !== undefined) errors.push(forbidden(`${path}.${field}`, detail))
  }
  return errors
}

function validateContainer(
  container: DeepReadonly<Container>,
  path: string,
  around: Surroundings,
): FieldError[] {
  const errors: FieldError[] = []
  const image = container.image ?? ''
  if (image !== image.trim()) {
    errors.push(invalid(`${path}.image`, image, 'must not have leading or trailing whitespace'))
  } else if (image === '') errors.push(required(`${path}.image`))
  const message = container.terminationMessagePolicy
  errors.push(
    ...oneOf(`${path}.terminationMessagePolicy`, message, ['FallbackToLogsOnError', 'File']),
    ...validatePorts(container.ports ?? [], `${path}.ports`, around.hostNetwork),
    ...validateEnv(container.env ?? [], `${path}.env`),
    ...validateEnvFrom(container.envFrom ?? [], `${path}.envFrom`),
    ...validateMounts(container, path, around),
    ...oneOf(`${path}.imagePullPolicy`, container.imagePullPolicy, PULL_POLICIES),
    ...validateResources(container.resources ?? {}, `${path}.resources`),
    ...validateContainerSecurity(container.securityContext, `${path}.securityContext`),
  )
  return errors
}

function validatePorts(
  ports: readonly DeepReadonly<ContainerPort>[],
  path: string,
  hostNetwork: boolean,
): FieldError[] {
  const errors: FieldError[] = []
  const names = new Set<string>()
  ports.forEach((port, i) => {
    const at = `${path}[${i}]`
    if (port.name) {
      const faults = portNameErrors(port.name)
      errors.push(...each(`${at}.name`, port.name, faults))
      if (faults.length === 0 && names.has(port.name))
        errors.push(duplicate(`${at}.name`, port.name))
      names.add(port.name)
    }
    if (!port.containerPort) errors.push(required(`${at}.containerPort`))
    else
      errors.push(
        ...each(`${at}.containerPort`, port.containerPort, portNumberErrors(port.containerPort)),
      )
    if (port.hostPort) {
      errors.push(...each(`${at}.hostPort`, port.hostPort, portNumberErrors(port.hostPort)))
      if (hostNetwork && port.hostPort !== port.containerPort) {
        const detail = 'must match `containerPort` when `hostNetwork` is true'
        errors.push(invalid(`${at}.hostPort`, port.hostPort, detail))
      }
    }
    errors.push(...oneOf(`${at}.protocol`, port.protocol, PROTOCOLS))
  })
  return errors
}

function validateMounts(
  container: DeepReadonly<Container>,
  containerPath: string,
  { volumes }: Surroundings,
): FieldError[] {
  const errors: FieldError[] = []
  const paths = new Set<string>()
  container.volumeMounts?.forEach((mount, i) => {
    const at = `${containerPath}.volumeMounts[${i}]`
    if (!mount.name) errors.push(required(`${at}.name`))
    if (!volumes.has(mount.name)) errors.push(notFoundField(`${at}.name`, mount.name))
    if (!mount.mountPath) errors.push(required(`${at}.mountPath`))
    if (mount.mountPath && paths.has(mount.mountPath)) {
      errors.push(invalid(`${at}.mountPath`, mount.mountPath, 'must be unique'))
    }
    paths.add(mount.mountPath)
    if (mount.subPath && mount.subPathExpr) {
      errors.push(
        invalid(
          `${at}.subPathExpr`,
          mount.subPathExpr,
          'subPathExpr and subPath are mutually exclusive',
        ),
      )
    }
    for (const field of ['subPath', 'subPathExpr'] as const) {
      if (mount[field]) errors.push(...validateLocalPath(mount[field], `${at}.${field}`))
    }
  })
  return errors
}

function validateHostPorts(
  containers: readonly DeepReadonly<Container>[],
  path: string,
): FieldError[] {
  const errors: FieldError[] = []
  const taken = new Set<string>()
  containers.forEach((container, i) => {
    container.ports?.forEach((port, k) => {
      if (!port.hostPort) return
      const text = `${port.protocol}/${port.hostIP ?? ''}/${port.hostPort}`
      if (taken.has(text)) errors.push(duplicate(`${path}[${i}].ports[${k}].hostPort`, text))
      taken.add(text)
    })
  })
  return errors
}

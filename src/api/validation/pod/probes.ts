import type { DeepReadonly } from '../../../base/index.ts'
import type { Container, HTTPGetAction, LifecycleHandler, Probe } from '../../core/index.ts'
import type { FieldError } from '../../schema/index.ts'
import { forbidden, invalid, notSupported, required } from '../field-errors.ts'
import { portNameErrors, portNumberErrors, rangeError } from '../names.ts'
import { each, nonNegative } from './common.ts'

type Handler = DeepReadonly<LifecycleHandler & Pick<Probe, 'grpc'>>

const HANDLER_KINDS = ['exec', 'httpGet', 'tcpSocket', 'grpc', 'sleep'] as const

/** Exactly one way to act, and that one complete. */
function validateHandler(
  handler: Handler,
  path: string,
  graceSeconds: number | undefined,
): FieldError[] {
  const errors: FieldError[] = []
  let count = 0
  for (const kind of HANDLER_KINDS) {
    if (!handler[kind]) continue
    if (count++ > 0) {
      errors.push(forbidden(`${path}.${kind}`, 'may not specify more than 1 handler type'))
      continue
    }
    if (kind === 'exec' && !handler.exec?.command?.length) {
      errors.push(required(`${path}.exec.command`))
    }
    if (handler.httpGet && kind === 'httpGet') {
      errors.push(...validateHttpGet(handler.httpGet, `${path}.httpGet`))
    }
    if (handler.tcpSocket && kind === 'tcpSocket') {
      errors.push(...validatePort(handler.tcpSocket.port, `${path}.tcpSocket.port`))
    }
    if (handler.grpc && kind === 'grpc') {
      errors.push(...validatePort(handler.grpc.port, `${path}.grpc.port`))
    }
    if (handler.sleep && kind === 'sleep') {
      errors.push(...validateSleep(handler.sleep.seconds, `${path}.sleep`, graceSeconds))
    }
  }
  if (count === 0) errors.push(required(path, 'must specify a handler type'))
  return errors
}

function validateSleep(
  seconds: number,
  path: string,
  graceSeconds: number | undefined,
): FieldError[] {
  if (graceSeconds === undefined || (seconds > 0 && seconds <= graceSeconds)) return []
  const detail =
    `must be greater than 0 and less than terminationGracePeriodSeconds (${graceSeconds}). ` +
    'Enable AllowPodLifecycleSleepActionZeroValue feature gate for zero sleep.'
  return [invalid(path, seconds, detail)]
}

function validatePort(port: number | string, path: string): FieldError[] {
  return each(path, port, typeof port === 'number' ? portNumberErrors(port) : portNameErrors(port))
}

function validateHttpGet(action: DeepReadonly<HTTPGetAction>, path: string): FieldError[] {
  const errors: FieldError[] = []
  if (!action.path) errors.push(required(`${path}.path`))
  errors.push(...validatePort(action.port, `${path}.port`))
  if (action.scheme !== 'HTTP' && action.scheme !== 'HTTPS') {
    errors.push(notSupported(`${path}.scheme`, action.scheme ?? '', ['HTTP', 'HTTPS']))
  }
  for (const { name } of action.httpHeaders ?? []) {
    if (/^[-A-Za-z0-9]+$/.test(name)) continue
    const detail =
      "a valid HTTP header must consist of alphanumeric characters or '-' (e.g. 'X-Header-Name', " +
      "regex used for validation is '[-A-Za-z0-9]+')"
    errors.push(invalid(`${path}.httpHeaders`, name, detail))
  }
  return errors
}

/**
 * The probes and hooks of a container. `isRestartable`: it runs beside others, or is a sidecar.
 */
export function validateProbes(
  container: DeepReadonly<Container>,
  path: string,
  graceSeconds: number | undefined,
): FieldError[] {
  const errors: FieldError[] = []
  const { lifecycle, livenessProbe, readinessProbe, startupProbe } = container
  for (const hook of ['postStart', 'preStop'] as const) {
    const handler = lifecycle?.[hook]
    if (handler) errors.push(...validateHandler(handler, `${path}.lifecycle.${hook}`, graceSeconds))
  }
  const probe = (given: DeepReadonly<Probe> | undefined, name: string) => {
    if (given) errors.push(...validateProbe(given, `${path}.${name}`, graceSeconds))
  }
  probe(livenessProbe, 'livenessProbe')
  errors.push(...onlyOneSuccess(livenessProbe, `${path}.livenessProbe`))
  probe(readinessProbe, 'readinessProbe')
  if (readinessProbe?.terminationGracePeriodSeconds !== undefined) {
    const at = `${path}.readinessProbe.terminationGracePeriodSeconds`
    errors.push(
      invalid(
        at,
        readinessProbe.terminationGracePeriodSeconds,
        'must not be set for readinessProbes',
      ),
    )
  }
  probe(startupProbe, 'startupProbe')
  errors.push(...onlyOneSuccess(startupProbe, `${path}.startupProbe`))
  return errors
}

function onlyOneSuccess(probe: DeepReadonly<Probe> | undefined, path: string): FieldError[] {
  if (!probe || (probe.successThreshold ?? 1) === 1) return []
  return [invalid(`${path}.successThreshold`, probe.successThreshold, 'must be 1')]
}

function validateProbe(
  probe: DeepReadonly<Probe>,
  path: string,
  graceSeconds: number | undefined,
): FieldError[] {
  const errors = validateHandler(probe, path, graceSeconds)
  for (const name of [
    'initialDelaySeconds',
    'timeoutSeconds',
    'periodSeconds',
    'successThreshold',
    'failureThreshold',
  ] as const) {
    errors.push(...nonNegative(`${path}.${name}`, probe[name]))
  }
  const grace = probe.terminationGracePeriodSeconds
  if (grace !== undefined && grace <= 0) {
    errors.push(invalid(`${path}.terminationGracePeriodSeconds`, grace, 'must be greater than 0'))
  }
  return errors
}

export const DEADLINE_RANGE = rangeError(1, 2 ** 31 - 1)

import type { DeepReadonly } from '../../../base/index.ts'
import { type ContainerStatus, HostIP, type Pod, PodIP, PodStatus } from '../../core/index.ts'
import type { FieldError } from '../../schema/index.ts'
import { duplicate, forbidden, internalFieldError, invalid } from '../field-errors.ts'
import { goFieldText, goText } from '../go-text.ts'
import { IMMUTABLE_ERROR } from '../metadata.ts'
import { dns1123SubdomainErrors, qualifiedNameErrors } from '../names.ts'
import { validateAnnotationUpdate } from './annotations.ts'
import { each, ipErrors, isIpv4 } from './common.ts'

type ReadPod = DeepReadonly<Pod>
type Statuses = readonly DeepReadonly<ContainerStatus>[]

const SYSTEM_CONDITIONS = ['PodScheduled', 'Ready', 'Initialized']

/** What a status may become; one that is over does not begin again. */
export function validatePodStatusUpdate(pod: ReadPod, old: ReadPod): FieldError[] {
  const [now, before] = [pod.status ?? {}, old.status ?? {}]
  const errors = validateAnnotationUpdate(pod, old)
  for (const [i, { type }] of (now.conditions ?? []).entries()) {
    if (SYSTEM_CONDITIONS.includes(type)) continue
    // Upstream's path is the one of metadata.
    errors.push(...each(`metadata.conditions[${i}].Type`, type, qualifiedNameErrors(type)))
  }
  if (pod.spec.nodeName !== old.spec.nodeName) {
    errors.push(forbidden('status.nodeName', 'may not be changed directly'))
  }
  const { nominatedNodeName: nominated } = now
  if (nominated && nominated !== before.nominatedNodeName) {
    const faults = dns1123SubdomainErrors(nominated)
    errors.push(...each('status.nominatedNodeName', nominated, faults))
  }
  if (now.qosClass !== before.qosClass) {
    errors.push(invalid('status.qosClass', now.qosClass ?? '', IMMUTABLE_ERROR))
  }
  const policy = old.spec.restartPolicy ?? ''
  const sidecars = (old.spec.initContainers ?? [])
    .filter((container) => container.restartPolicy === 'Always')
    .map((container) => container.name)
  const lists = {
    containerStatuses: { policy, except: [] },
    initContainerStatuses: { policy, except: sidecars },
    ephemeralContainerStatuses: { policy: 'Never', except: [] },
  } as const
  for (const [list, rules] of Object.entries(lists)) {
    const key = list as keyof typeof lists
    errors.push(...validateTransitions([now[key], before[key]], `status.${list}`, rules))
  }
  return [...errors, ...validatePodIps(pod), ...validateHostIps(pod)]
}

function validateTransitions(
  [now = [], before = []]: readonly [Statuses | undefined, Statuses | undefined],
  path: string,
  { policy, except }: { readonly policy: string; readonly except: readonly string[] },
): FieldError[] {
  if (policy === 'Always') return []
  return before.flatMap(({ name, state }, i) => {
    const { terminated } = state ?? {}
    if (!terminated || except.includes(name)) return []
    if (terminated.exitCode !== 0 && policy === 'OnFailure') return []
    const again = now.filter((status) => status.name === name && !status.state?.terminated)
    const detail = 'may not be transitioned to non-terminated state'
    return again.map(() => forbidden(`${path}[${i}].state`, detail))
  })
}

function validatePodIps({ status }: ReadPod): FieldError[] {
  const path = 'status.podIPs'
  const ips = status?.podIPs ?? []
  const errors = ips.flatMap(({ ip }, i) => ipErrors(`${path}[${i}]`, ip))
  if (ips.length < 2) return errors
  errors.push(...unreadable('podIPs', ips))
  if (!areDualStack(ips)) errors.push(tooManyIps('podIPs', ips))
  const seen = new Set<string>()
  for (const [i, podIp] of ips.entries()) {
    if (seen.has(podIp.ip)) errors.push(duplicate(`${path}[${i}]`, goText(PodIP, podIp)))
    seen.add(podIp.ip)
  }
  return errors
}

function validateHostIps({ status }: ReadPod): FieldError[] {
  const path = 'status.hostIPs'
  const ips = status?.hostIPs ?? []
  const [first] = ips
  if (!first) return []
  const errors: FieldError[] = []
  if ((status?.hostIP ?? '') !== first.ip) {
    errors.push(invalid(`${path}[0].ip`, first.ip, 'must be equal to `hostIP`'))
  }
  errors.push(...ips.flatMap(({ ip }, i) => ipErrors(`${path}[${i}]`, ip)))
  if (ips.length < 2) return errors
  const seen = new Set<string>()
  for (const [i, hostIp] of ips.entries()) {
    if (seen.has(hostIp.ip)) errors.push(duplicate(`${path}[${i}]`, goText(HostIP, hostIp)))
    seen.add(hostIp.ip)
  }
  errors.push(...unreadable('hostIPs', ips))
  if (!areDualStack(ips)) errors.push(tooManyIps('hostIPs', ips))
  return errors
}

type Ips = readonly { readonly ip: string }[]

const areDualStack = (ips: Ips) =>
  ips.length === 2 && isIpv4(ips[0]?.ip ?? '') !== isIpv4(ips[1]?.ip ?? '')

/** Addresses whose family nobody can tell. */
function unreadable(list: 'podIPs' | 'hostIPs', ips: Ips): FieldError[] {
  const i = ips.findIndex(({ ip }) => ipErrors('', ip).length > 0)
  if (i < 0) return []
  const detail = `failed to check for dual stack with error:invalid IP[${i}]: ${ips[i]?.ip}`
  return [internalFieldError(`status.${list}`, detail)]
}

function tooManyIps(list: 'podIPs' | 'hostIPs', ips: Ips): FieldError {
  const detail = 'may specify no more than one IP for each IP family'
  return invalid(`status.${list}`, goFieldText(PodStatus, list, ips), detail)
}

import type { Container, Pod, PodSpec, PodTemplateSpec } from '../core/index.ts'
import { defaultContainer } from './container.ts'
import { roundToMilli } from './resources.ts'
import { defaultVolume } from './volume.ts'

/** A pod's own defaults, beyond those that its template would have. */
export function defaultPod(pod: Pod): void {
  pod.spec ??= { containers: [] }
  const containers = [...(pod.spec.containers ?? []), ...(pod.spec.initContainers ?? [])]
  pod.spec.enableServiceLinks ??= true
  defaultPodSpec(pod.spec)
  // Of a pod only: templates may say what they like.
  const { spec: own } = pod
  if ((own.terminationGracePeriodSeconds ?? 0) < 0) own.terminationGracePeriodSeconds = 1
  for (const container of containers) {
    requestWhatIsLimited(container)
    if (pod.spec.hostNetwork) exposeOnHost(container)
  }
  const { status } = pod
  const first = status?.podIPs?.[0]
  // `podIP` repeats the first of `podIPs`; where they differ it is the one that counts.
  if (status?.podIP && first?.ip !== status.podIP) status.podIPs = [{ ip: status.podIP }]
  else if (status && first) status.podIP = first.ip
}

/** The defaults of a template in a Deployment and its like. */
export function defaultPodTemplate(template: PodTemplateSpec): void {
  template.spec ??= { containers: [] }
  defaultPodSpec(template.spec)
}

function defaultPodSpec(spec: PodSpec): void {
  spec.dnsPolicy ||= 'ClusterFirst'
  spec.restartPolicy ||= 'Always'
  spec.securityContext ??= {}
  spec.terminationGracePeriodSeconds ??= 30
  spec.schedulerName ||= 'default-scheduler'
  // `serviceAccount` is the former name of `serviceAccountName` and always repeats it.
  spec.serviceAccountName ||= spec.serviceAccount ?? ''
  if (spec.serviceAccountName === '') delete spec.serviceAccountName
  else spec.serviceAccount = spec.serviceAccountName
  for (const container of spec.containers ?? []) defaultContainer(container)
  for (const container of spec.initContainers ?? []) defaultContainer(container)
  for (const container of spec.ephemeralContainers ?? []) defaultContainer(container)
  for (const volume of spec.volumes ?? []) defaultVolume(volume)
  roundToMilli(spec.overhead)
}

function requestWhatIsLimited({ resources }: Container): void {
  if (resources?.limits === undefined) return
  resources.requests ??= {}
  for (const [name, limit] of Object.entries(resources.limits)) resources.requests[name] ??= limit
}

function exposeOnHost(container: Container): void {
  for (const port of container.ports ?? []) port.hostPort ||= port.containerPort
}

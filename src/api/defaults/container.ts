import type { Container, LifecycleHandler, Probe } from '../core/index.ts'
import { roundToMilli } from './resources.ts'

/** `SetDefaults_Container` and what hangs below it. */
export function defaultContainer(container: Container): void {
  container.imagePullPolicy ||= pullPolicyFor(container.image ?? '')
  container.terminationMessagePath ||= '/dev/termination-log'
  container.terminationMessagePolicy ||= 'File'
  container.resources ??= {}
  roundToMilli(container.resources.limits)
  roundToMilli(container.resources.requests)
  for (const port of container.ports ?? []) port.protocol ||= 'TCP'
  for (const { valueFrom } of container.env ?? []) {
    if (valueFrom?.fieldRef) valueFrom.fieldRef.apiVersion ||= 'v1'
    if (valueFrom?.resourceFieldRef) valueFrom.resourceFieldRef.divisor ??= '0'
    if (valueFrom?.fileKeyRef) valueFrom.fileKeyRef.optional ??= false
  }
  defaultProbe(container.livenessProbe)
  defaultProbe(container.readinessProbe)
  defaultProbe(container.startupProbe)
  defaultHandler(container.lifecycle?.postStart)
  defaultHandler(container.lifecycle?.preStop)
}

/** An image without a tag, or with `latest`, may change under its name. */
export function pullPolicyFor(image: string): 'Always' | 'IfNotPresent' {
  if (image.includes('@')) return 'IfNotPresent'
  const tag = /:([^/:]+)$/.exec(image)?.[1]
  return tag === undefined || tag === 'latest' ? 'Always' : 'IfNotPresent'
}

function defaultProbe(probe: Probe | undefined): void {
  if (probe === undefined) return
  probe.timeoutSeconds ||= 1
  probe.periodSeconds ||= 10
  probe.successThreshold ||= 1
  probe.failureThreshold ||= 3
  if (probe.grpc) probe.grpc.service ??= ''
  defaultHandler(probe)
}

function defaultHandler(handler: LifecycleHandler | undefined): void {
  if (handler?.httpGet === undefined) return
  handler.httpGet.path ||= '/'
  handler.httpGet.scheme ||= 'HTTP'
}

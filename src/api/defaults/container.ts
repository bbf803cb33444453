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

const HOST = String.raw`(?:[a-zA-Z\d]|[a-zA-Z\d][a-zA-Z\d-]*[a-zA-Z\d])`
const PART = String.raw`[a-z\d]+(?:(?:\.|_{1,2}|-+)[a-z\d]+)*`
/** An image's name with its registry, tag and digest (distribution's `reference`). */
const REFERENCE = new RegExp(
  String.raw`^((?:${HOST}(?:\.${HOST})*(?::\d+)?/)?${PART}(?:/${PART})*)(?::\w[\w.-]{0,127})?` +
    String.raw`(?:@[A-Za-z][A-Za-z\d]*(?:[-_+.][A-Za-z][A-Za-z\d]*)*:[\da-fA-F]{32,})?$`,
)
const MAX_NAME = 255

/** An image without a tag, or with `latest`, may change under its name; what is no image may not. */
export function pullPolicyFor(image: string): 'Always' | 'IfNotPresent' {
  const name = REFERENCE.exec(image)?.[1]
  if (name === undefined || name.length > MAX_NAME || image.includes('@')) return 'IfNotPresent'
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

import {
  type Clock,
  type DeepReadonly,
  type ExecResult,
  type GrpcDial,
  type Net,
  NetError,
} from '../../../base/index.ts'
import type { GRPCAction, Probe } from '../../../api/index.ts'
import type { ContainerView } from '../pod-words.ts'
import { grpcHealth } from './grpc-health.ts'
import { httpGetFollowing } from './http-get.ts'

export type CheckResult =
  | { readonly kind: 'success' }
  | { readonly kind: 'failure'; readonly message: string }
  /** The probe itself is at fault; it counts as neither. */
  | { readonly kind: 'error'; readonly message: string }

export interface CheckTarget {
  readonly container: ContainerView
  readonly podIp: string
  exec(options: {
    command: readonly string[]
    timeoutMs: number
    signal: AbortSignal
  }): Promise<ExecResult>
}

export interface CheckParts {
  readonly net: Net
  /** Absent: gRPC probes are at fault. */
  readonly dialGrpc?: GrpcDial | undefined
  readonly clock: Clock
  readonly signal: AbortSignal
}

/** Runs a probe's action once. Messages are the kubelet's. Never throws. */
export async function check(
  probe: DeepReadonly<Probe>,
  target: CheckTarget,
  parts: CheckParts,
): Promise<CheckResult> {
  const timeoutMs = (probe.timeoutSeconds ?? 1) * 1000
  try {
    if (probe.exec) return await checkExec(probe.exec.command ?? [], timeoutMs, target, parts)
    if (probe.httpGet) return await checkHttp(probe, timeoutMs, target, parts)
    if (probe.tcpSocket) return await checkTcp(probe, timeoutMs, target, parts)
    if (probe.grpc) return await checkGrpc(probe.grpc, timeoutMs, target, parts)
  } catch (error) {
    return { kind: 'error', message: error instanceof Error ? error.message : String(error) }
  }
  return { kind: 'error', message: `missing probe handler for ${target.container.name}` }
}

async function checkExec(
  command: readonly string[],
  timeoutMs: number,
  target: CheckTarget,
  { signal }: CheckParts,
): Promise<CheckResult> {
  const result = await target.exec({ command, timeoutMs, signal })
  if (result.timedOut) {
    return { kind: 'failure', message: `command timed out: "${command.join(' ')}" timed out` }
  }
  return result.exitCode === 0 ? { kind: 'success' } : { kind: 'failure', message: result.output }
}

async function checkHttp(
  probe: DeepReadonly<Probe>,
  timeoutMs: number,
  target: CheckTarget,
  parts: CheckParts,
): Promise<CheckResult> {
  const { host, path, port, scheme, httpHeaders } = probe.httpGet ?? { port: 0 }
  const request = {
    scheme: schemeOf(scheme),
    host: host || target.podIp,
    port: resolvePort(port, target.container),
    path: absolutePath(path),
    headers: httpHeaders ?? [],
    timeoutMs,
  }
  const result = await httpGetFollowing(request, parts)
  if (result.kind === 'failed') return { kind: 'failure', message: result.message }
  if (result.status >= 200 && result.status < 400) return { kind: 'success' }
  return { kind: 'failure', message: `HTTP probe failed with statuscode: ${result.status}` }
}

async function checkTcp(
  probe: DeepReadonly<Probe>,
  timeoutMs: number,
  target: CheckTarget,
  { net, signal }: CheckParts,
): Promise<CheckResult> {
  const address = probe.tcpSocket?.host || target.podIp
  const port = resolvePort(probe.tcpSocket?.port ?? 0, target.container)
  try {
    const connection = await net.dialTcp({ address, port }, { timeoutMs, signal })
    connection.destroy()
    return { kind: 'success' }
  } catch (error) {
    if (!(error instanceof NetError)) throw error
    return { kind: 'failure', message: `dial tcp ${address}:${port}: ${dialWords(error)}` }
  }
}

async function checkGrpc(
  { port, service = '' }: DeepReadonly<GRPCAction>,
  timeoutMs: number,
  target: CheckTarget,
  { dialGrpc: dial, ...parts }: CheckParts,
): Promise<CheckResult> {
  if (!dial) return { kind: 'error', message: 'this node does not speak gRPC' }
  const call = { address: `${target.podIp}:${port}`, service, timeoutMs }
  const why = await grpcHealth(call, { ...parts, dial })
  return why === undefined ? { kind: 'success' } : { kind: 'failure', message: why }
}

function dialWords(error: NetError): string {
  if (error.code === 'refused') return 'connect: connection refused'
  return error.code === 'timeout' ? 'i/o timeout' : error.message
}

/** Of an `httpGet`: `HTTP` unless it says otherwise. */
export function schemeOf(scheme: string | undefined): 'http' | 'https' {
  return scheme?.toUpperCase() === 'HTTPS' ? 'https' : 'http'
}

export function absolutePath(path: string | undefined): string {
  if (!path) return '/'
  return path.startsWith('/') ? path : `/${path}`
}

/** A port by number or by the name that the container gives it. Throws for an unknown name. */
export function resolvePort(port: number | string, container: ContainerView): number {
  const number = Number(port)
  if (Number.isInteger(number) && number > 0 && number < 65536) return number
  const named = container.ports?.find((p) => p.name === port)
  if (named) return named.containerPort
  throw new Error(`couldn't find port: ${JSON.stringify(port)}`)
}

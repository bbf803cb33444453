import { type Clock, GrpcCode, type GrpcDial, GrpcError, withTimeout } from '../../../base/index.ts'
import { formatGoDuration } from '../../../api/index.ts'
import { grpc } from '../../../gen/grpc.js'

const { HealthCheckRequest, HealthCheckResponse } = grpc.health.v1
const { SERVING } = HealthCheckResponse.ServingStatus

class TooLate extends Error {
  override readonly name = 'TooLate'
}

/**
 * Asks a server by `grpc.health.v1.Health/Check`. Undefined: it serves; else why not, in the
 * kubelet's words.
 */
export async function grpcHealth(
  call: { address: string; service: string; timeoutMs: number },
  parts: { dial: GrpcDial; clock: Clock; signal: AbortSignal },
): Promise<string | undefined> {
  const { address, service, timeoutMs } = call
  const client = await parts.dial(`http://${address}`)
  const within = formatGoDuration(timeoutMs)
  const request = HealthCheckRequest.encode({ service }).finish()
  try {
    const ask = (signal: AbortSignal) =>
      client.unary('/grpc.health.v1.Health/Check', request, { signal })
    const late = () => new TooLate()
    const answer = await withTimeout(parts.clock, timeoutMs, late, ask, { signal: parts.signal })
    const { status } = HealthCheckResponse.decode(answer)
    if (status === SERVING) return undefined
    const name = HealthCheckResponse.ServingStatus[status] ?? String(status)
    return `service unhealthy (responded with "${name}")`
  } catch (error) {
    if (error instanceof TooLate) return `timeout: health rpc did not complete within ${within}`
    if (!(error instanceof GrpcError)) throw error
    return failureWords(error, { address, within })
  } finally {
    await client.close()
  }
}

function failureWords(error: GrpcError, about: { address: string; within: string }): string {
  switch (error.code) {
    case GrpcCode.unavailable:
      return `timeout: failed to connect service "${about.address}" within ${about.within}: context deadline exceeded`
    case GrpcCode.unimplemented:
      return `error: this server does not implement the grpc health protocol (grpc.health.v1.Health): ${error.message}`
    case GrpcCode.deadlineExceeded:
      return `timeout: health rpc did not complete within ${about.within}`
    default:
      return `error: health rpc probe failed: ${error.message}`
  }
}

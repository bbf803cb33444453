import { GrpcCode, GrpcError, type GrpcMethod } from '../../base/index.ts'
import { grpc } from '../../gen/grpc.js'
import { decode, stream, unary } from './method.ts'

const pb = grpc.health.v1
const { SERVING, SERVICE_UNKNOWN } = pb.HealthCheckResponse.ServingStatus
/** The server as a whole: the one service that etcd tells the health of. */
const ALL = ''

/** gRPC's health service. As etcd: what answers at all is serving. */
export function healthMethods(): [path: string, method: GrpcMethod][] {
  return [
    [
      '/grpc.health.v1.Health/Check',
      unary((bytes) => {
        const { service } = decode(pb.HealthCheckRequest, bytes)
        if (service !== ALL) throw new GrpcError(GrpcCode.notFound, 'unknown service')
        return Promise.resolve(pb.HealthCheckResponse.encode({ status: SERVING }).finish())
      }),
    ],
    [
      '/grpc.health.v1.Health/Watch',
      stream(async function* (requests, { signal }) {
        for await (const bytes of requests) {
          const { service } = decode(pb.HealthCheckRequest, bytes)
          const status = service === ALL ? SERVING : SERVICE_UNKNOWN
          yield pb.HealthCheckResponse.encode({ status }).finish()
          await aborted(signal)
        }
      }),
    ],
  ]
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
}

import type { AddressInfo, Server } from 'node:net'
import { present } from '../base/index.ts'

/** Starts listening; throws the system's error. */
export function listen(
  server: Server,
  at: { address: string; port: number },
): Promise<{ port: number }> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen({ host: at.address, port: at.port, backlog: 1024 }, () => {
      server.off('error', reject)
      resolve({ port: (present(server.address(), 'listening address') as AddressInfo).port })
    })
  })
}

/** Stops listening; resolves when the last connection is gone. */
export function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
  })
}

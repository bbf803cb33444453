import { rmSync, statSync } from 'node:fs'
import { connect, type AddressInfo, type Server } from 'node:net'
import { present } from '../base/index.ts'

export interface ListenAt {
  readonly address: string
  /** 0 takes a free port. */
  readonly port: number
  /** Of a Unix socket, which is listened on instead. */
  readonly path?: string
}

/** Starts listening; throws the system's error. */
export async function listen(server: Server, at: ListenAt): Promise<{ port: number }> {
  const { path } = at
  if (path !== undefined) await removeStale(path)
  return await new Promise((resolve, reject) => {
    server.once('error', reject)
    const where = path === undefined ? { host: at.address, port: at.port } : { path }
    server.listen({ ...where, backlog: 1024 }, () => {
      server.off('error', reject)
      const address = present(server.address(), 'listening address')
      resolve({ port: typeof address === 'string' ? 0 : (address as AddressInfo).port })
    })
  })
}

/** A socket's file outlives a process that was killed: nobody answers there any more. */
async function removeStale(path: string): Promise<void> {
  if (!statSync(path, { throwIfNoEntry: false })?.isSocket()) return
  const answered = await new Promise<boolean>((resolve) => {
    const socket = connect({ path })
    const done = (answer: boolean) => () => {
      socket.destroy()
      resolve(answer)
    }
    socket.once('connect', done(true)).once('error', done(false))
  })
  if (!answered) rmSync(path, { force: true })
}

/** Stops listening; resolves when the last connection is gone. */
export function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
  })
}

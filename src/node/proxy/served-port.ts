import { NetError, type Net } from '../../base/index.ts'
import { unprivilegedPort } from './port-keeper.ts'

/** An address that nobody serves anything on. */
const PROBE_ADDRESS = '127.255.255.254'

/**
 * On which port a proxy of this host serves a Service's port: its own or, where that needs root,
 * `unprivilegedPort`. Found by trying, once per port.
 */
export function servedPorts(net: Net): (port: number) => Promise<number> {
  const known = new Map<number, Promise<number>>()
  return (port) => {
    const fallback = unprivilegedPort(port)
    if (fallback === undefined) return Promise.resolve(port)
    const found =
      known.get(port) ?? mayBind(net, port).then((allowed) => (allowed ? port : fallback))
    known.set(port, found)
    return found
  }
}

/** A port that is taken may be bound: permissions are looked at first. */
async function mayBind(net: Net, port: number): Promise<boolean> {
  try {
    const at = { address: PROBE_ADDRESS, port }
    const listener = await net.listenTcp(at, (connection) => connection.destroy())
    await listener.close()
    return true
  } catch (error) {
    return !(error instanceof NetError && error.code === 'permission')
  }
}

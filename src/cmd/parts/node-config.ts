import { readFileSync } from 'node:fs'
import { statfs } from 'node:fs/promises'
import { dirname } from 'node:path'
import { arch, cpus, hostname, release, totalmem, type } from 'node:os'
import {
  dnsServiceIp,
  KUBELET_CLIENT,
  type NodeTopology,
  type Topology,
} from '../../../cluster/index.ts'
import { KUBERNETES_VERSION } from '../../api/index.ts'
import type { NodeConfig } from '../../node/index.ts'
import { imageCatalog } from './images.ts'
import { VERSION } from './version.ts'

/** A node's configuration: its place in the topology, and the facts of the host. */
export async function nodeConfig(
  topology: Topology,
  node: NodeTopology,
  dataFolder: string,
): Promise<NodeConfig> {
  const { endpoint } = topology
  return {
    name: node.name,
    ip: node.address,
    dataFolder,
    version: VERSION,
    kubernetesVersion: KUBERNETES_VERSION,
    capacity: await capacityOf(dataFolder),
    info: hostInfo(),
    hostEnv: { PATH: containerPath(process.execPath) },
    apiServer: { host: endpoint.address, port: endpoint.port },
    apiServerNames: [KUBELET_CLIENT],
    runtime: {
      kind: 'process',
      podCidr: node.podCidr,
      images: imageCatalog(),
      ...(process.getuid && { ownUid: process.getuid() }),
    },
    proxy: { nodePortAddresses: ['127.0.0.1'] },
    dns: { address: dnsServiceIp(topology), ...hostResolver() },
  }
}

const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

/** What containers have everywhere, not what this process was started with; and `node`, always. */
export function containerPath(node: string): string {
  const folder = dirname(node)
  return PATH.split(':').includes(folder) ? PATH : `${PATH}:${folder}`
}

async function capacityOf(folder: string): Promise<Record<string, string>> {
  const disk = await statfs(folder)
  return {
    cpu: String(cpus().length),
    memory: `${Math.floor(totalmem() / 1024)}Ki`,
    'ephemeral-storage': `${Math.floor((disk.blocks * disk.bsize) / 1024)}Ki`,
    pods: '110',
  }
}

/** What a node says of its host. */
export function hostInfo(): NodeConfig['info'] {
  const machineID = read('/etc/machine-id') || hostname()
  return {
    architecture: arch() === 'x64' ? 'amd64' : arch(),
    bootID: read('/proc/sys/kernel/random/boot_id') || machineID,
    kernelVersion: release(),
    machineID,
    operatingSystem: type().toLowerCase(),
    osImage: /^PRETTY_NAME="?([^"\n]*)/m.exec(read('/etc/os-release'))?.[1] ?? type(),
    systemUUID: machineID,
  }
}

/** Who the host asks for the names that are not the cluster's. */
function hostResolver(): { upstream?: { address: string; port: number } } {
  const [, address] = /^\s*nameserver\s+([\d.]+)\s*$/m.exec(read('/etc/resolv.conf')) ?? []
  return address === undefined ? {} : { upstream: { address, port: 53 } }
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim()
  } catch {
    return ''
  }
}

import type { NodeConfig } from '../../node/index.ts'
import { FlagError } from './flags.ts'

/** Flags of kubelet that a node's agent knows. */
export const KUBELET_FLAGS = { 'node-labels': '', 'max-pods': '110' } as const

type Flags = Readonly<Record<keyof typeof KUBELET_FLAGS, string>>

/** A node's configuration with what the flags say. Throws `FlagError`. */
export function withKubeletFlags(config: NodeConfig, flags: Flags): NodeConfig {
  const { pods, labels } = kubeletBy(flags)
  return {
    ...config,
    capacity: { ...config.capacity, pods },
    labels: { ...config.labels, ...labels },
  }
}

/** Throws `FlagError` for what cannot be meant. */
export function kubeletBy(flags: Flags): { pods: string; labels: Record<string, string> } {
  const pods = flags['max-pods']
  if (!/^[1-9]\d*$/.test(pods))
    throw new FlagError(`--max-pods: "${pods}" is no whole number above 0`)
  const labels = Object.fromEntries(
    flags['node-labels']
      .split(',')
      .filter((pair) => pair !== '')
      .map((pair) => {
        const [, key, value] = /^([^=]+)=(.*)$/.exec(pair) ?? []
        if (key !== undefined && value !== undefined) return [key, value]
        throw new FlagError(`--node-labels: "${pair}" is not of the form key=value`)
      }),
  )
  return { pods, labels }
}

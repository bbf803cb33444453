import type { ImageCatalog, NodeConfig } from '../../node/index.ts'
import { parsedFlag } from './config-files.ts'
import { FlagError, fileOf } from './flags.ts'
import { parseImagePrograms } from './image-programs.ts'

/** Flags of kubelet that a node's agent knows, and one of ours: the file of `image-programs.ts`. */
export const KUBELET_FLAGS = { 'node-labels': '', 'max-pods': '110', 'image-programs': '' } as const

type Flags = Readonly<Record<keyof typeof KUBELET_FLAGS, string>>

/** A node's configuration with what the flags say. Throws `FlagError`. */
export function withKubeletFlags(config: NodeConfig, flags: Flags): NodeConfig {
  const { pods, labels, images } = kubeletBy(flags)
  const { runtime } = config
  return {
    ...config,
    runtime:
      runtime.kind === 'process'
        ? { ...runtime, images: { ...runtime.images, ...images } }
        : runtime,
    capacity: { ...config.capacity, pods },
    labels: { ...config.labels, ...labels },
  }
}

/** Throws `FlagError` for what cannot be meant. */
export function kubeletBy(flags: Flags): {
  pods: string
  labels: Record<string, string>
  images: ImageCatalog
} {
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
  const images = parsedFlag('image-programs', () =>
    parseImagePrograms(fileOf('image-programs', flags['image-programs'])),
  )
  return { pods, labels, images }
}

import type { ContainerConfig, ImageResult } from '../types.ts'

/** A program of the host that stands for an image. */
export interface ImageProgram {
  /** What the image's ENTRYPOINT would be. */
  readonly command: readonly string[]
  /** What its CMD would be: used when the pod gives neither command nor args. */
  readonly args: readonly string[]
  /** What else of the image there is: files and folders of the host, by where they lie within. */
  readonly files?: Readonly<Record<string, string>>
}

/** Images by name, without tag: `navarch/web`. */
export type ImageCatalog = Readonly<Record<string, ImageProgram>>

/** An image reference without tag and digest: `navarch/web:v2` is `navarch/web`. */
export function repositoryOf(image: string): string {
  const [name = ''] = image.split('@')
  const slash = name.lastIndexOf('/')
  const colon = name.indexOf(':', slash + 1)
  return colon < 0 ? name : name.slice(0, colon)
}

/** A name that the catalog itself has: `constructor` is none that every object brings. */
function programOf(image: string, catalog: ImageCatalog): ImageProgram | undefined {
  const repository = repositoryOf(image)
  return Object.hasOwn(catalog, repository) ? catalog[repository] : undefined
}

/** Whether the process runtime can run an image. */
export function findImage(
  image: string,
  catalog: ImageCatalog,
  options: { hasCommand: boolean },
): ImageResult {
  const repository = repositoryOf(image)
  if (programOf(image, catalog)) return { kind: 'present', imageId: `catalog://${repository}` }
  if (options.hasCommand) return { kind: 'present', imageId: `host://${repository}` }
  const known = Object.keys(catalog).sort().join(', ')
  return {
    kind: 'missing',
    message:
      `this node runs programs of the host and pulls no images: set the container's "command" to ` +
      `a program of the host, or use one of the images ${known}`,
  }
}

/** The command line of a container: Kubernetes' rules for command, args, ENTRYPOINT and CMD. */
export function commandLine(options: {
  image: string
  command: readonly string[]
  args: readonly string[]
  catalog: ImageCatalog
}): readonly string[] {
  const { command, args } = options
  if (command.length > 0) return [...command, ...args]
  const program = programOf(options.image, options.catalog)
  if (!program) return []
  return [...program.command, ...(args.length > 0 ? args : program.args)]
}

const OF_IMAGE = { name: 'image', readOnly: true, ofImage: true } as const

/** The container with what its image brings along, below what the pod itself mounts. */
export function withImageFiles(config: ContainerConfig, catalog: ImageCatalog): ContainerConfig {
  const files = Object.entries(programOf(config.image, catalog)?.files ?? {})
  if (files.length === 0) return config
  const volumes = config.mounts.map(({ mountPath }) => partsOf(mountPath))
  const brought = files
    .filter(([path]) => !volumes.some((volume) => isWithin(partsOf(path), volume)))
    .map(([mountPath, hostPath]) => ({ ...OF_IMAGE, mountPath, hostPath }))
  return { ...config, mounts: [...brought, ...config.mounts] }
}

const partsOf = (path: string) => path.split('/').filter((part) => part !== '' && part !== '.')

const isWithin = (path: readonly string[], folder: readonly string[]) =>
  folder.every((part, i) => path[i] === part)

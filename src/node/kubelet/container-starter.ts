import { type DeepReadonly, withTimeout } from '../../base/index.ts'
import type { Service, Volume } from '../../api/index.ts'
import { userOf } from './container-user.ts'
import type { PodContext } from './context.ts'
import type { DownwardFacts } from './downward.ts'
import { ConfigError, environmentOf, type ObjectSource, serviceEnvironment } from './environment.ts'
import { expand } from './expansion.ts'
import { type ContainerView, hashOf, type PodView } from './pod-words.ts'
import type {
  ContainerConfig,
  Mount,
  ObservedContainer,
  PodFile,
  Sandbox,
} from './runtime/types.ts'
import { VolumeError } from './volume-writer.ts'
import { volumeContent } from './volumes.ts'

/** A volume could not be set up; the pod waits. */
export class MountFailure extends Error {
  override readonly name = 'MountFailure'
}

/** What a container is started with, beside its own words. */
interface Inputs {
  readonly env: Record<string, string>
  /** Host paths by volume name. */
  readonly volumes: ReadonlyMap<string, string>
  readonly files: readonly PodFile[]
}

/** How long a start waits for the API before it is tried again. */
const API_TIMEOUT_MS = 5_000
const HOSTNAME_CHARS_MAX = 63

/** Turns a container of a pod into a running one. */
export class ContainerStarter {
  readonly #context: PodContext

  constructor(context: PodContext) {
    this.#context = context
  }

  /**
   * Throws `ConfigError`, `MountFailure`, `RuntimeError`. `beforeStart` runs when everything is
   * ready and the runtime is about to be asked.
   */
  async start(
    options: {
      pod: PodView
      sandbox: Sandbox
      container: ContainerView
      attempt: number
      beforeStart(config: ContainerConfig): void
    },
    { signal }: { signal: AbortSignal },
  ): Promise<ObservedContainer> {
    const { pod, sandbox, container } = options
    const { runtime } = this.#context
    const config = runtime.hollow
      ? this.#config(options, { env: {}, volumes: new Map(), files: [] })
      : this.#config(options, await this.#inputs({ pod, sandbox, container }, { signal }))
    const mounts: Mount[] = []
    for (const mount of config.mounts) mounts.push(await this.#placed(mount, container.name))
    options.beforeStart(config)
    return runtime.startContainer(pod.metadata, { ...config, mounts })
  }

  /** A mount whose host path exists, and lies within its volume. */
  async #placed(mount: Mount, container: string): Promise<Mount> {
    const { volumes } = this.#context
    const { name, volumePath = mount.hostPath } = mount
    try {
      const subPath = mount.hostPath.slice(volumePath.length)
      const hostPath = subPath ? await volumes.within(volumePath, subPath) : volumePath
      await volumes.ensure(hostPath)
      return { ...mount, hostPath }
    } catch (cause) {
      if (!(cause instanceof VolumeError)) throw cause
      const message = `failed to prepare subPath for volumeMount "${name}" of container "${container}"`
      throw new ConfigError(message)
    }
  }

  /** Writes a pod's volumes anew where their sources have changed. Throws `MountFailure`. */
  async refreshVolumes(
    pod: PodView,
    sandbox: Sandbox,
    options: { maxAgeMs: number; signal: AbortSignal },
  ): Promise<void> {
    const source = await this.#context.objects.sourceFor(pod, options)
    await this.#volumes(pod, sandbox, source)
  }

  async #inputs(
    { pod, sandbox, container }: { pod: PodView; sandbox: Sandbox; container: ContainerView },
    { signal }: { signal: AbortSignal },
  ): Promise<Inputs> {
    const context = this.#context
    const onTimeout = () => new Error('the API server does not answer')
    const [source, services, files] = await withTimeout(
      context.clock,
      API_TIMEOUT_MS,
      onTimeout,
      (inner) =>
        Promise.all([
          context.objects.sourceFor(pod, { maxAgeMs: 0, signal: inner }),
          context.services(inner),
          context.networkFiles.write(pod, sandbox),
        ]),
      { signal },
    )
    const volumes = await this.#volumes(pod, sandbox, source)
    const serviceEnv = serviceEnvironment(services, {
      namespace: pod.metadata.namespace,
      enableServiceLinks: pod.spec.enableServiceLinks ?? true,
      servedPorts: await this.#servedPorts(services),
    })
    if (serviceEnv.KUBERNETES_SERVICE_HOST === undefined && context.apiServer) {
      serviceEnv.KUBERNETES_SERVICE_HOST = context.apiServer.host
      serviceEnv.KUBERNETES_SERVICE_PORT = String(context.apiServer.port)
    }
    const base = {
      ...context.baseEnv,
      HOSTNAME: hostnameOf(pod),
      POD_IP: sandbox.ip,
    }
    const facts = this.#facts(sandbox)
    const env = environmentOf({ pod, container, source, base, serviceEnv, facts })
    return { env, volumes, files }
  }

  /** Of all ports of Services that are not served as themselves, where they are. */
  async #servedPorts(
    services: readonly DeepReadonly<Service>[],
  ): Promise<ReadonlyMap<number, number>> {
    const served = new Map<number, number>()
    for (const { spec } of services) {
      for (const { port } of spec.ports ?? []) {
        if (!served.has(port)) served.set(port, await this.#context.servedPort(port))
      }
    }
    return served
  }

  #facts(sandbox: Sandbox): DownwardFacts {
    const { nodeIp, nodeName, allocatable } = this.#context
    return { podIp: sandbox.ip, hostIp: nodeIp, nodeName, allocatable }
  }

  /** Host paths by volume name. */
  async #volumes(
    pod: PodView,
    sandbox: Sandbox,
    source: ObjectSource,
  ): Promise<ReadonlyMap<string, string>> {
    const paths = new Map<string, string>()
    for (const volume of pod.spec.volumes ?? []) {
      try {
        const content = volumeContent(volume, { pod, source, facts: this.#facts(sandbox) })
        const path = await this.#context.volumes.write(volume.name, sandbox.folder, content)
        paths.set(volume.name, path)
      } catch (cause) {
        const why = cause instanceof Error ? cause.message : String(cause)
        const message = `MountVolume.SetUp failed for volume "${volume.name}" : ${why}`
        throw new MountFailure(message, { cause })
      }
    }
    return paths
  }

  #config(
    { pod, container, attempt }: { pod: PodView; container: ContainerView; attempt: number },
    inputs: Inputs,
  ): ContainerConfig {
    const values = new Map(Object.entries(inputs.env))
    const mounts = mountsOf(pod, container, { volumes: inputs.volumes, values })
    const { runtime, ownUid } = this.#context
    return {
      name: container.name,
      attempt,
      image: container.image ?? '',
      command: (container.command ?? []).map((word) => expand(word, values)),
      args: (container.args ?? []).map((word) => expand(word, values)),
      env: inputs.env,
      workingDir: container.workingDir || undefined,
      hostname: pod.spec.hostNetwork ? undefined : hostnameOf(pod),
      ...(container.securityContext?.readOnlyRootFilesystem && { readOnlyRoot: true }),
      user: runtime.hollow ? undefined : userOf(pod, container, ownUid),
      mounts,
      // A volume that the container puts there goes before.
      files: inputs.files.filter(({ path }) => mounts.every((m) => m.mountPath !== path)),
      ...(container.stdin && { stdin: { once: container.stdinOnce ?? false } }),
      ...(container.tty && { tty: true }),
      hash: hashOf(container),
      terminationMessagePath: container.terminationMessagePath ?? '/dev/termination-log',
      fallbackToLogs: container.terminationMessagePolicy === 'FallbackToLogsOnError',
    }
  }
}

function mountsOf(
  pod: PodView,
  container: ContainerView,
  {
    volumes,
    values,
  }: { volumes: ReadonlyMap<string, string>; values: ReadonlyMap<string, string> },
): Mount[] {
  const mounts: Mount[] = []
  for (const mount of container.volumeMounts ?? []) {
    const folder = volumes.get(mount.name)
    if (folder === undefined) continue
    const subPath = mount.subPath || subPathOf(mount.subPathExpr ?? '', values)
    mounts.push({
      name: mount.name,
      mountPath: mount.mountPath.startsWith('/') ? mount.mountPath : `/${mount.mountPath}`,
      hostPath: subPath ? `${folder}/${subPath}` : folder,
      volumePath: folder,
      readOnly: mount.readOnly ?? false,
      owned: ownershipOf(pod.spec.volumes?.find(({ name }) => name === mount.name)),
    })
  }
  return mounts
}

/** A `subPathExpr` with its variables' values. Throws `ConfigError`, in the kubelet's words. */
function subPathOf(expression: string, values: ReadonlyMap<string, string>): string {
  const missing = new Set<string>()
  const path = expand(expression, values, missing)
  if (missing.size > 0) throw new ConfigError(`missing value for ${[...missing].sort().join(', ')}`)
  if (path.startsWith('/')) {
    throw new ConfigError(`error SubPath \`${path}\` must not be an absolute path`)
  }
  if (path.split('/').includes('..')) {
    throw new ConfigError(`unable to provision SubPath \`${path}\`: must not contain '..'`)
  }
  return path
}

/** Whether a volume is the pod's own, so that its user and group may have it. */
function ownershipOf(volume: DeepReadonly<Volume> | undefined): Mount['owned'] {
  if (volume?.emptyDir) return 'empty'
  const isWritten =
    volume?.configMap ?? volume?.secret ?? volume?.projected ?? volume?.downwardAPI ?? undefined
  return isWritten ? 'files' : undefined
}

/** Linux takes no more than 64 bytes, the kubelet 63. */
function hostnameOf({ spec, metadata }: PodView): string {
  return spec.hostname ?? metadata.name.slice(0, HOSTNAME_CHARS_MAX).replace(/[-.]+$/, '')
}

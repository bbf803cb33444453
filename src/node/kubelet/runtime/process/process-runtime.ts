import {
  type Clock,
  type Disk,
  type ExecResult,
  type Links,
  type Log,
  present,
  ProcessError,
  type Processes,
  type Random,
  sleep,
  type Timer,
  type Usage,
  type UsageMeter,
} from '../../../../base/index.ts'
import { Scope } from '../../scope.ts'
import {
  type ContainerConfig,
  type ImageResult,
  type LiveCommand,
  type LogOptions,
  type ObservedContainer,
  type PodIdentity,
  type Runtime,
  RuntimeError,
  type Sandbox,
} from '../types.ts'
import { AddressPool } from '../address-pool.ts'
import { attachTo } from './attach.ts'
import { ProcessContainer } from './container.ts'
import { dressed } from './environment.ts'
import { findImage, type ImageCatalog, withImageFiles } from './images.ts'
import { envName, launch, prepareFolder } from './launch.ts'
import { readLog } from './log-reader.ts'
import { detectMountMode, enterCommand, type MountMode } from './mounts.ts'
import { type ContainerRecord, Layout, type PodRecord, Records } from './records.ts'
import { whyNotFound } from './shim.ts'
import { openTerminal, terminalEnv } from './terminal.ts'
import { asUser } from './user.ts'

export interface ProcessRuntimeConfig {
  /** Absolute; everything that the runtime keeps lies in it. */
  readonly dataFolder: string
  /** Addresses of pods: `127.20.1.0/24`. */
  readonly podCidr: string
  readonly nodeIp: string
  readonly images: ImageCatalog
  readonly version: string
  /** Default: found by trying. */
  readonly mountMode?: MountMode
}

export interface ProcessRuntimeParts {
  readonly clock: Clock
  readonly disk: Disk
  readonly links: Links
  readonly log: Log
  readonly processes: Processes
  readonly random: Random
  /** Absent: nothing is measured. */
  readonly usage?: UsageMeter
}

const LOG_POLL_MS = 100
const EXEC_OUTPUT_BYTES_MAX = 10 * 1024
const ID_BYTES = 32
/** How long a command waits for the mounts of a container that has just started. */
const MOUNT_MS_MAX = 5_000
const MOUNT_POLL_MS = 20

interface RunningPod {
  readonly record: PodRecord
  readonly containers: ProcessContainer[]
}

/** Containers as child processes of the host: no root, no images, no download. */
export class ProcessRuntime implements Runtime {
  readonly version: string
  readonly hollow = false
  readonly #config: ProcessRuntimeConfig
  readonly #parts: ProcessRuntimeParts
  readonly #layout: Layout
  readonly #records: Records
  readonly #addresses: AddressPool
  readonly #pods = new Map<string, RunningPod>()
  readonly #closing = new AbortController()
  readonly #scope = new Scope(this.#closing.signal)
  #mountMode: Promise<MountMode> = Promise.resolve('none')
  #knownMountMode: MountMode = 'none'
  #onChange: (podUid: string) => void = () => undefined
  #poll: Timer | undefined
  #polling: Promise<void> | undefined

  constructor(config: ProcessRuntimeConfig, parts: ProcessRuntimeParts) {
    this.version = `process://${config.version}`
    this.#config = config
    this.#parts = parts
    this.#layout = new Layout(config.dataFolder)
    this.#records = new Records({ ...parts, layout: this.#layout })
    this.#addresses = new AddressPool(config.podCidr)
  }

  async start(onChange: (podUid: string) => void): Promise<readonly PodIdentity[]> {
    this.#onChange = onChange
    await this.#parts.disk.mkdir(this.#layout.pods, { mode: 0o755 })
    await this.#parts.disk.mkdir(this.#layout.scratch, { mode: 0o755 })
    for (const { pod, containers } of await this.#records.load()) {
      if (!pod.hostNetwork) this.#addresses.reserve(pod.ip)
      const running: RunningPod = { record: pod, containers: [] }
      this.#pods.set(pod.uid, running)
      for (const record of containers) this.#adopt(running, record)
    }
    this.#mountMode = this.#findMountMode()
    this.#poll = this.#parts.clock.every(LOG_POLL_MS, () => {
      this.#polling ??= this.#pumpLogs().finally(() => {
        this.#polling = undefined
      })
    })
    return [...this.#pods.values()].map(({ record }) => record)
  }

  async ensureSandbox(pod: PodIdentity, options: { hostNetwork: boolean }): Promise<Sandbox> {
    const existing = this.sandbox(pod.uid)
    if (existing) return existing
    const { hostNetwork } = options
    const ip = hostNetwork ? this.#config.nodeIp : this.#addresses.take()
    if (ip === undefined) {
      const message = `no pod address is free in ${this.#config.podCidr}`
      throw new RuntimeError('CreatePodSandboxError', message)
    }
    const { uid, namespace, name } = pod
    const record: PodRecord = { uid, namespace, name, ip, hostNetwork }
    try {
      await this.#records.writePod(record)
    } catch (cause) {
      if (!hostNetwork) this.#addresses.release(ip)
      throw new RuntimeError('CreatePodSandboxError', messageOf(cause), { cause })
    }
    this.#pods.set(uid, { record, containers: [] })
    return { ip, folder: this.#layout.pod(uid) }
  }

  sandbox(podUid: string): Sandbox | undefined {
    const pod = this.#pods.get(podUid)
    return pod && { ip: pod.record.ip, folder: this.#layout.pod(podUid) }
  }

  image(image: string, options: { hasCommand: boolean }): ImageResult {
    return findImage(image, this.#config.images, options)
  }

  async startContainer(pod: PodIdentity, given: ContainerConfig): Promise<ObservedContainer> {
    const config = withImageFiles(given, this.#config.images)
    const running = present(this.#pods.get(pod.uid), 'the sandbox of a pod that is started')
    const image = this.image(config.image, { hasCommand: config.command.length > 0 })
    if (image.kind === 'missing') throw new RuntimeError('CreateContainerError', image.message)
    const folder = this.#layout.attempt(pod.uid, config.name, config.attempt)
    const mountMode = await this.#mountMode
    const prepared = await prepareFolder({ folder, config, mountMode }, this.#parts)
    const id = Buffer.from(this.#parts.random.bytes(ID_BYTES)).toString('hex')
    const { clock } = this.#parts
    const launched = await launch(prepared, { ...this.#config, clock }, this.#parts)
    const { name, attempt, hash, fallbackToLogs } = config
    const { imageId } = image
    const about = { id, name, attempt, image: config.image, imageId, hash, fallbackToLogs }
    const { stdin, tty } = config
    const user = config.user && { user: config.user }
    const streams = { ...(stdin && { stdin }), ...(tty && { tty }) }
    const record: ContainerRecord = { ...launched, ...about, ...user, ...streams }
    try {
      await this.#records.writeContainer(pod.uid, record)
    } catch (cause) {
      // Nobody would find this process again.
      if (launched.process) this.#parts.processes.kill(launched.process, 'SIGKILL')
      throw new RuntimeError('CreateContainerError', messageOf(cause), { cause })
    }
    const container = this.#adopt(running, record)
    const { state } = record
    if (state.kind === 'exited') throw new RuntimeError('RunContainerError', state.message ?? '')
    return container.observe()
  }

  containers(podUid: string): readonly ObservedContainer[] {
    return this.#pods.get(podUid)?.containers.map((c) => c.observe()) ?? []
  }

  async usage(): Promise<ReadonlyMap<string, Usage>> {
    const all = [...this.#pods.values()].flatMap((pod) => pod.containers)
    const running = all.flatMap(({ isRunning, record: { id, process } }) =>
      isRunning && process ? [{ id, process }] : [],
    )
    const usages = (await this.#parts.usage?.trees(running.map((each) => each.process))) ?? []
    const found = new Map<string, Usage>()
    for (const [index, { id }] of running.entries()) {
      const usage = usages[index]
      if (usage) found.set(id, usage)
    }
    return found
  }

  async stopContainer(id: string, options: { graceMs: number; signal?: string }): Promise<void> {
    const { graceMs, signal = 'SIGTERM' } = options
    await this.#find(id)?.stop({ graceMs, signal })
  }

  async removeContainer(id: string): Promise<void> {
    const container = this.#find(id)
    const pod = container && this.#pods.get(container.podUid)
    if (!container || !pod || container.isRunning) return
    pod.containers.splice(pod.containers.indexOf(container), 1)
    await this.#parts.disk.remove(container.folder)
  }

  async removeSandbox(podUid: string): Promise<void> {
    const pod = this.#pods.get(podUid)
    if (!pod) return
    await Promise.all(pod.containers.map((c) => c.stop({ graceMs: 0, signal: 'SIGKILL' })))
    await this.#parts.disk.remove(this.#layout.pod(podUid))
    this.#pods.delete(podUid)
    if (!pod.record.hostNetwork) this.#addresses.release(pod.record.ip)
  }

  async exec(
    id: string,
    options: { command: readonly string[]; timeoutMs: number; signal?: AbortSignal },
  ): Promise<ExecResult> {
    const container = this.#find(id)
    if (!container?.isRunning) throw new ProcessError('the container is not running')
    const { record, folder } = container
    const { command, ...limits } = options
    const { line, env } = await this.#enter(container, command, record.env)
    return this.#parts.processes.exec({
      ...limits,
      command: line,
      env,
      cwd: record.cwd ?? `${folder}/root`,
      maxOutputBytes: EXEC_OUTPUT_BYTES_MAX,
    })
  }

  async open(
    id: string,
    options: { command: readonly string[]; tty: boolean; signal: AbortSignal },
  ): Promise<LiveCommand> {
    const container = this.#find(id)
    if (!container?.isRunning) throw new ProcessError('the container is not running')
    const { record, folder } = container
    const { command, tty, signal } = options
    const cwd = record.cwd ?? `${folder}/root`
    const [program = ''] = command
    const isHidden = record.mounted && program.startsWith('/')
    const look = { path: record.env.PATH ?? '', cwd }
    const why = isHidden ? undefined : await whyNotFound(this.#parts.disk, program, look)
    if (why !== undefined) throw new ProcessError(why)
    const own = tty ? terminalEnv(record.env) : record.env
    const { line, env } = await this.#enter(container, command, own)
    signal.throwIfAborted()
    const { processes, random } = this.#parts
    if (tty) {
      const name = Buffer.from(random.bytes(8)).toString('hex')
      const at = { cwd, env, deviceFile: `${folder}/tty-${name}` }
      return openTerminal(line, at, this.#parts)
    }
    const live = await processes.open({ command: line, env, cwd })
    return { ...live, resize: () => Promise.resolve() }
  }

  async attach(id: string, options: { stdin: boolean; signal: AbortSignal }): Promise<LiveCommand> {
    const container = this.#find(id)
    if (!container?.isRunning) throw new ProcessError('the container is not running')
    return attachTo(container, options, this.#parts)
  }

  async *logs(
    id: string,
    options: LogOptions & { signal: AbortSignal },
  ): AsyncIterable<Uint8Array> {
    const container = this.#find(id)
    if (!container) return
    const { folder, pump } = container
    const isOver = () => !container.isRunning
    yield* readLog({ disk: this.#parts.disk, folder, pump, isOver }, options)
  }

  limitation(config: ContainerConfig): string | undefined {
    if (this.#knownMountMode !== 'none' || config.mounts.length === 0) return undefined
    const paths = config.mounts.map((m) => `${m.mountPath} is $NAVARCH_MOUNT_${envName(m.name)}`)
    return `this host allows no mounts, volumes are found by environment variables: ${paths.join(', ')}`
  }

  async close(): Promise<void> {
    this.#closing.abort()
    this.#poll?.cancel()
    await this.#polling
    const containers = [...this.#pods.values()].flatMap((pod) => pod.containers)
    await Promise.all(containers.map((c) => c.release()))
  }

  async #findMountMode(): Promise<MountMode> {
    const { dataFolder, mountMode } = this.#config
    const options = { scratch: `${dataFolder}/scratch` }
    this.#knownMountMode = mountMode ?? (await detectMountMode(this.#parts.processes, options))
    return this.#knownMountMode
  }

  #adopt(pod: RunningPod, record: ContainerRecord): ProcessContainer {
    const { uid } = pod.record
    const folder = this.#layout.attempt(uid, record.name, record.attempt)
    const save = (changed: ContainerRecord) => this.#records.writeContainer(uid, changed)
    const container = new ProcessContainer({ podUid: uid, folder, record, save }, this.#parts)
    pod.containers.push(container)
    const watching = this.#scope.run((signal) => container.watch(signal))
    watching.then(
      () => this.#onChange(uid),
      (error: unknown) => {
        if (this.#closing.signal.aborted) return
        this.#parts.log.error('a container is watched no more', { pod: uid, error })
      },
    )
    return container
  }

  async #pumpLogs(): Promise<void> {
    for (const pod of this.#pods.values()) {
      for (const container of pod.containers) await container.pollLog()
    }
  }

  async #enter(
    container: ProcessContainer,
    command: readonly string[],
    ownEnv: Readonly<Record<string, string>>,
  ): Promise<{ line: readonly string[]; env: Readonly<Record<string, string>> }> {
    const mode = await this.#mountMode
    const { record, folder } = container
    const { mounted, user, workingDir } = record
    const { line, env } = dressed(command, ownEnv)
    if (!mounted || mode === 'none') return { line: asUser(user, line), env }
    const within = workingDir === undefined ? undefined : { root: `${folder}/root`, workingDir }
    const target = { pid: await this.#mountedPid(container), within }
    return { line: enterCommand(mode, target, user, line), env }
  }

  /** The process whose mounts are to be shared; waits until they are in place. */
  async #mountedPid(container: ProcessContainer): Promise<number> {
    const { clock, disk } = this.#parts
    const path = `${container.folder}/pid`
    for (
      let waitedMs = 0;
      container.isRunning && waitedMs < MOUNT_MS_MAX;
      waitedMs += MOUNT_POLL_MS
    ) {
      const size = (await disk.stat(path))?.size ?? 0
      if (size > 0) return Number(Buffer.from(await disk.readFile(path)).toString())
      await sleep(clock, MOUNT_POLL_MS)
    }
    throw new ProcessError('the container has no mounts yet')
  }

  #find(id: string): ProcessContainer | undefined {
    for (const pod of this.#pods.values()) {
      const found = pod.containers.find((c) => c.record.id === id)
      if (found) return found
    }
    return undefined
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

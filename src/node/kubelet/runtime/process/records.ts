import type { Disk, Log, ProcessIdentity } from '../../../../base/index.ts'
import type { ContainerRunState, ContainerUser, PodIdentity } from '../types.ts'

/** What is kept of a pod across restarts of the agent, in `pods/<uid>/pod.json`. */
export interface PodRecord extends PodIdentity {
  readonly ip: string
  readonly hostNetwork: boolean
}

/** What is kept of one attempt of a container, in `…/containers/<name>/<attempt>/record.json`. */
export interface ContainerRecord {
  readonly id: string
  readonly name: string
  readonly attempt: number
  readonly image: string
  readonly imageId: string
  readonly hash: string
  /** Undefined when it could never be started. */
  readonly process?: ProcessIdentity
  /** Its mounts are real: commands must enter its mount namespace. */
  readonly mounted: boolean
  /** Where its commands start when it has no mounts. Absent: its root. */
  readonly cwd?: string
  /** Where they start when it has. */
  readonly workingDir?: string
  readonly env: Readonly<Record<string, string>>
  readonly user?: ContainerUser
  readonly fallbackToLogs: boolean
  readonly stdin?: { readonly once: boolean }
  readonly tty?: boolean
  readonly state: ContainerRunState
}

/** Where things lie under the node's data folder. */
export class Layout {
  readonly #base: string

  constructor(dataFolder: string) {
    this.#base = dataFolder
  }

  get pods(): string {
    return `${this.#base}/pods`
  }
  get scratch(): string {
    return `${this.#base}/scratch`
  }
  pod(uid: string): string {
    return `${this.pods}/${uid}`
  }
  podRecord(uid: string): string {
    return `${this.pod(uid)}/pod.json`
  }
  containers(uid: string): string {
    return `${this.pod(uid)}/containers`
  }
  attempts(uid: string, name: string): string {
    return `${this.containers(uid)}/${name}`
  }
  attempt(uid: string, name: string, attempt: number): string {
    return `${this.attempts(uid, name)}/${attempt}`
  }
}

/** Reads and writes the records of a node's pods. Errors are `DiskError`. */
export class Records {
  readonly #disk: Disk
  readonly #layout: Layout
  readonly #log: Log

  constructor(options: { disk: Disk; layout: Layout; log: Log }) {
    this.#disk = options.disk
    this.#layout = options.layout
    this.#log = options.log
  }

  async writePod(record: PodRecord): Promise<void> {
    await this.#disk.mkdir(this.#layout.pod(record.uid), { mode: 0o755 })
    await this.#write(this.#layout.podRecord(record.uid), record)
  }

  async writeContainer(uid: string, record: ContainerRecord): Promise<void> {
    const folder = this.#layout.attempt(uid, record.name, record.attempt)
    await this.#write(`${folder}/record.json`, record)
  }

  /** All pods with their containers, attempts in order. What cannot be read is logged and left out. */
  async load(): Promise<{ pod: PodRecord; containers: ContainerRecord[] }[]> {
    const loaded: { pod: PodRecord; containers: ContainerRecord[] }[] = []
    for (const uid of await this.#names(this.#layout.pods)) {
      const pod = await this.#read<PodRecord>(this.#layout.podRecord(uid))
      if (!pod) continue
      const containers: ContainerRecord[] = []
      for (const name of await this.#names(this.#layout.containers(uid))) {
        for (const attempt of await this.#names(this.#layout.attempts(uid, name))) {
          const path = `${this.#layout.attempt(uid, name, Number(attempt))}/record.json`
          const record = await this.#read<ContainerRecord>(path)
          if (record) containers.push(record)
        }
      }
      loaded.push({ pod, containers: containers.sort((a, b) => a.attempt - b.attempt) })
    }
    return loaded
  }

  async #write(path: string, record: unknown): Promise<void> {
    await this.#disk.writeFileAtomic(path, Buffer.from(JSON.stringify(record)))
  }

  async #read<T>(path: string): Promise<T | undefined> {
    try {
      return JSON.parse(Buffer.from(await this.#disk.readFile(path)).toString()) as T
    } catch (error) {
      this.#log.warn('a record of a pod cannot be read and is ignored', { path, error })
      return undefined
    }
  }

  async #names(folder: string): Promise<string[]> {
    const stat = await this.#disk.stat(folder)
    return stat?.kind === 'folder' ? await this.#disk.list(folder) : []
  }
}

import { DiskError } from '../base/index.ts'
import { FileNode } from './file-node.ts'
import type { SeededRandom } from './random.ts'

type Entry = { readonly kind: 'file'; readonly node: FileNode } | { readonly kind: 'folder' }
type Names = Map<string, Entry>

/** A change of names that a crash may undo. */
interface NameChange {
  readonly folders: readonly string[]
  readonly apply: (names: Names) => void
}

/** Names of files and folders, as they are now and as they are on the medium. */
export class FileTree {
  #current: Names = new Map()
  readonly #durable: Names = new Map()
  #pending: NameChange[] = []

  /** Of all files, as they are now. */
  get usedBytes(): number {
    let bytes = 0
    for (const entry of this.#current.values()) if (entry.kind === 'file') bytes += entry.node.size
    return bytes
  }

  open(path: string, create: boolean): FileNode {
    const at = normal(path)
    const entry = this.#current.get(at)
    if (entry?.kind === 'file') return entry.node
    if (entry) throw new DiskError('other', path, `${path} is a folder`)
    if (!create) throw notFound(path)
    this.#checkFolder(parent(at))
    const node = new FileNode()
    this.#change([parent(at)], (names) => names.set(at, { kind: 'file', node }))
    return node
  }

  file(path: string): FileNode {
    return this.open(path, false)
  }

  /** All or nothing, and durable at once. */
  replaceAtomically(path: string, data: Uint8Array): void {
    const at = normal(path)
    this.#checkFolder(parent(at))
    const node = new FileNode()
    node.write(0, data)
    node.sync()
    this.#change([parent(at)], (names) => names.set(at, { kind: 'file', node }))
    this.syncFolder(parent(at))
  }

  rename(from: string, to: string): void {
    const [source, target] = [normal(from), normal(to)]
    if (!this.#current.has(source)) throw notFound(from)
    this.#checkFolder(parent(target))
    this.#change([parent(source), parent(target)], (names) => {
      const moved = [...names].filter(([name]) => isWithin(name, source))
      for (const name of names.keys()) if (isWithin(name, target)) names.delete(name)
      for (const [name, entry] of moved) {
        names.delete(name)
        names.set(target + name.slice(source.length), entry)
      }
    })
  }

  remove(path: string): void {
    const at = normal(path)
    if (!this.#current.has(at)) return
    this.#change([parent(at)], (names) => {
      for (const name of names.keys()) if (isWithin(name, at)) names.delete(name)
    })
  }

  /** Makes the folder and those above it. */
  mkdir(path: string): void {
    const at = normal(path)
    if (at === '' || this.#current.get(at)?.kind === 'folder') return
    if (this.#current.has(at)) throw new DiskError('exists', path, `${path} exists`)
    this.mkdir(parent(at))
    this.#change([parent(at)], (names) => names.set(at, { kind: 'folder' }))
  }

  list(path: string): string[] {
    const at = normal(path)
    this.#checkFolder(at)
    return [...this.#current.keys()]
      .filter((name) => name !== '' && parent(name) === at)
      .map((name) => name.slice(at === '' ? 0 : at.length + 1))
      .sort()
  }

  stat(path: string): { kind: 'file' | 'folder'; size: number } | undefined {
    const at = normal(path)
    if (at === '') return { kind: 'folder', size: 0 }
    const entry = this.#current.get(at)
    if (!entry) return undefined
    return { kind: entry.kind, size: entry.kind === 'file' ? entry.node.size : 0 }
  }

  /** As a journal does: what came before the last change of this folder is durable as well. */
  syncFolder(path: string): void {
    const at = normal(path)
    const last = this.#pending.findLastIndex(({ folders }) => folders.includes(at))
    for (const change of this.#pending.splice(0, last + 1)) change.apply(this.#durable)
  }

  /** The power fails: only the first of the pending changes of names have come to the medium. */
  crash(random: SeededRandom): void {
    const kept = random.int(this.#pending.length + 1)
    for (const change of this.#pending.slice(0, kept)) change.apply(this.#durable)
    this.#pending = []
    this.#current = new Map(this.#durable)
    for (const entry of this.#current.values()) {
      if (entry.kind === 'file') entry.node.crash(random)
    }
  }

  #change(folders: readonly string[], apply: (names: Names) => void): void {
    apply(this.#current)
    this.#pending.push({ folders, apply })
  }

  #checkFolder(path: string): void {
    if (path === '' || this.#current.get(path)?.kind === 'folder') return
    if (this.#current.has(path)) {
      throw new DiskError('not-a-folder', path, `${path} is not a folder`)
    }
    throw notFound(path)
  }
}

function notFound(path: string): DiskError {
  return new DiskError('not-found', path, `${path}: no such file or folder`)
}

/** Without leading, trailing and doubled slashes; the root is the empty string. */
function normal(path: string): string {
  return path
    .split('/')
    .filter((part) => part !== '' && part !== '.')
    .join('/')
}

function parent(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')))
}

function isWithin(name: string, folder: string): boolean {
  return name === folder || name.startsWith(`${folder}/`)
}

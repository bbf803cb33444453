import type { Disk, Links } from '../../base/index.ts'
import type { VolumeContent, VolumeFile } from './volumes.ts'

/** A volume that cannot be made; the message goes into a `FailedMount` event. */
export class VolumeError extends Error {
  override readonly name = 'VolumeError'
}

/** Links, and folders, that a `subPath` may lead through. */
const LINKS_MAX = 255
/** An empty volume belongs to all of a pod's users. */
const EMPTY_MODE = 0o777

/**
 * Lays volumes out under a pod's folder. Files of ConfigMaps and the like change all at once, as
 * upstream's atomic writer does it: each version has a folder of its own, `..data` points to the
 * current one, and the visible names are links through `..data`.
 */
export class VolumeWriter {
  readonly #disk: Disk
  readonly #links: Links

  constructor(parts: { disk: Disk; links: Links }) {
    this.#disk = parts.disk
    this.#links = parts.links
  }

  /** Makes or updates a volume and returns the folder (or file) that containers mount. */
  async write(volumeName: string, folder: string, content: VolumeContent): Promise<string> {
    const path = `${folder}/volumes/${volumeName}`
    switch (content.kind) {
      case 'empty':
        if (!(await this.#disk.stat(path))) {
          // It gets its name last: a folder of that name has its mode, also after a crash.
          const unready = `${folder}/volumes/.${volumeName}`
          await this.#disk.mkdir(unready, { mode: EMPTY_MODE })
          await this.#links.setMode(unready, EMPTY_MODE)
          await this.#disk.rename(unready, path)
        }
        return path
      case 'host':
        await this.#hostPath(content)
        return content.path
      case 'files':
        await this.#files(path, content.files)
        return path
      case 'unsupported': {
        const message = `volume "${volumeName}": ${content.source} is not supported on this node`
        throw new VolumeError(message)
      }
    }
  }

  /**
   * Where a `subPath` lies: links are followed as long as they stay within the volume. Throws
   * `VolumeError`.
   */
  async within(volume: string, subPath: string): Promise<string> {
    const left = subPath.split('/')
    const found: string[] = []
    let links = 0
    for (let part = left.shift(); part !== undefined; part = left.shift()) {
      if (part === '' || part === '.') continue
      const target =
        part === '..' ? '' : await this.#links.readLink([volume, ...found, part].join('/'))
      const leaves =
        part === '..' ? found.pop() === undefined : target?.startsWith('/') || ++links > LINKS_MAX
      if (leaves) throw new VolumeError(`subpath "${subPath}" not within volume path ${volume}`)
      if (part === '..') continue
      if (target === undefined) found.push(part)
      else left.unshift(...target.split('/'))
    }
    return [volume, ...found].join('/')
  }

  /** A `subPath` that nobody has made yet becomes a folder. */
  async ensure(path: string): Promise<void> {
    if (!(await this.#disk.stat(path))) await this.#disk.mkdir(path, { mode: 0o777 })
  }

  async #hostPath({ path, type, isLocal }: VolumeContent & { kind: 'host' }): Promise<void> {
    const stat = await this.#disk.stat(path)
    // Nothing is checked where no type is given, and container runtimes make the folder they miss.
    const isFreely = type === 'DirectoryOrCreate' || (type === '' && !isLocal)
    if (isFreely && !stat) return this.#disk.mkdir(path, { mode: 0o755 })
    if (type === 'FileOrCreate' && !stat) {
      const file = await this.#disk.open(path, { create: true })
      return file.close()
    }
    const wanted = type.startsWith('Directory') ? 'folder' : type.startsWith('File') ? 'file' : ''
    if (wanted && stat?.kind !== wanted) {
      const what = wanted === 'folder' ? 'a directory' : 'a file'
      throw new VolumeError(`hostPath type check failed: ${path} is not ${what}`)
    }
    if (!stat) throw new VolumeError(`hostPath ${path} does not exist`)
  }

  async #files(path: string, files: readonly VolumeFile[]): Promise<void> {
    await this.#disk.mkdir(path, { mode: 0o755 })
    const before = await this.#links.readLink(`${path}/..data`)
    const version = `..${fingerprint(files)}`
    if (before === version) return
    const written = new Set<string>()
    for (const file of files) {
      const at = `${path}/${version}/${file.path}`
      await this.#disk.mkdir(at.slice(0, at.lastIndexOf('/')), { mode: 0o755 })
      await this.#disk.writeFileAtomic(at, file.data, { mode: file.mode })
      written.add(file.path.split('/')[0] as string)
    }
    await this.#disk.mkdir(`${path}/${version}`, { mode: 0o755 })
    await this.#links.replaceLink(`${path}/..data`, version)
    for (const name of written) await this.#links.replaceLink(`${path}/${name}`, `..data/${name}`)
    for (const name of await this.#disk.list(path)) {
      const stale = name.startsWith('..')
        ? name !== '..data' && name !== version
        : !written.has(name)
      if (stale) await this.#disk.remove(`${path}/${name}`)
    }
  }
}

/** FNV-1a over names, modes and contents: tells versions apart, keeps no secret. */
function fingerprint(files: readonly VolumeFile[]): string {
  let high = 0xcbf29ce4
  let low = 0x84222325
  const mix = (byte: number) => {
    low = Math.imul(low ^ byte, 0x01000193) >>> 0
    high = Math.imul(high ^ (low & 0xff), 0x01000193) >>> 0
  }
  const ordered = files.toSorted((a, b) => (a.path < b.path ? -1 : 1))
  for (const file of ordered) {
    for (const byte of Buffer.from(`${file.path}\0${file.mode}\0${file.data.length}\0`)) mix(byte)
    for (const byte of file.data) mix(byte)
  }
  return high.toString(16).padStart(8, '0') + low.toString(16).padStart(8, '0')
}

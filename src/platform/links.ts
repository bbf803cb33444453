import * as fs from 'node:fs/promises'
import type { Links } from '../base/index.ts'
import { diskError } from './disk.ts'

/** The machine's links and modes. Paths are absolute. Errors are `DiskError`. */
export const systemLinks: Links = {
  async replaceLink(path, target) {
    const temporary = `${path}.tmp-${process.pid}`
    try {
      await fs.rm(temporary, { force: true })
      await fs.symlink(target, temporary)
      await fs.rename(temporary, path)
    } catch (error) {
      throw diskError(path, error)
    }
  },
  async readLink(path) {
    try {
      return await fs.readlink(path)
    } catch {
      return undefined
    }
  },
  async setMode(path, mode) {
    try {
      await fs.chmod(path, mode)
    } catch (error) {
      throw diskError(path, error)
    }
  },
}

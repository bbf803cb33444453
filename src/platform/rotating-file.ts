import { closeSync, openSync, renameSync, rmSync, statSync, writeSync } from 'node:fs'

export interface RotatingFileOptions {
  readonly path: string
  /** A file that has grown to this is put aside. Default 100 MiB. */
  readonly maxBytes?: number
  /** How many of those that were put aside are kept: `audit.log.1` is the newest. Default 10. */
  readonly maxBackups?: number
}

/**
 * Appends lines to a file that is never longer than it may be. A line is written before `write`
 * returns: what is noted of a request is there before its answer is. Throws when it cannot open.
 */
export function rotatingFile(options: RotatingFileOptions): {
  write(line: string): void
  close(): void
} {
  const { path, maxBytes = 100 * 1024 * 1024, maxBackups = 10 } = options
  let file = openSync(path, 'a', 0o600)
  let size = statSync(path).size
  const rotate = () => {
    closeSync(file)
    rmSync(`${path}.${maxBackups}`, { force: true })
    for (let i = maxBackups - 1; i >= 0; i--) {
      const from = i === 0 ? path : `${path}.${i}`
      if (statSync(from, { throwIfNoEntry: false })) renameSync(from, `${path}.${i + 1}`)
    }
    file = openSync(path, 'a', 0o600)
    size = 0
  }
  return {
    write(line) {
      const bytes = Buffer.from(`${line}\n`)
      if (size > 0 && size + bytes.length > maxBytes) rotate()
      writeSync(file, bytes)
      size += bytes.length
    },
    close: () => closeSync(file),
  }
}

import {
  closeSync,
  existsSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs'
import { basename, dirname, extname, join } from 'node:path'

export interface RotatingFileOptions {
  readonly path: string
  /** A file that has grown to this is put aside. Default 100 MiB. */
  readonly maxBytes?: number
  /** How many of those that were put aside are kept. Default 0: all. */
  readonly maxBackups?: number
  /** Those that were put aside longer ago go. Default 0: none. */
  readonly maxAgeMs?: number
}

/**
 * Appends lines to a file that is never longer than it may be, unless it cannot be put aside. A
 * line is written before `write` returns: what is noted of a request is there before its answer is.
 * Those that were put aside have the time in their names, as kube-apiserver's:
 * `audit-2026-01-02T03-04-05.678.log`. Throws when it cannot open, `write` when it cannot write.
 */
export function rotatingFile(options: RotatingFileOptions): {
  write(line: string): void
  close(): void
} {
  const { path, maxBytes = 100 * 1024 * 1024 } = options
  let file = openSync(path, 'a', 0o600)
  let size = statSync(path).size
  let isTorn = false
  // The old one stays open until the next is: its number may be another file's after that.
  const rotate = () => {
    const aside = asideName(path)
    if (existsSync(path)) renameSync(path, aside)
    const old = file
    try {
      file = openSync(path, 'a', 0o600)
    } catch (error) {
      if (existsSync(aside)) renameSync(aside, path)
      throw error
    }
    size = 0
    isTorn = false
    closeSync(old)
    clean(options)
  }
  return {
    write(line) {
      const length = Buffer.byteLength(line) + 1
      try {
        if (size > 0 && size + length > maxBytes) rotate()
      } catch {
        // A line is worth more than the limit; the next one tries again.
      }
      // The rest of a line that broke off is lost; this one begins where a line does.
      const bytes = Buffer.from(`${isTorn ? '\n' : ''}${line}\n`)
      for (let written = 0; written < bytes.length; ) {
        isTorn ||= written > 0
        const more = writeSync(file, bytes, written)
        written += more
        size += more
      }
      isTorn = false
    },
    close: () => closeSync(file),
  }
}

const TIME = /^\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d\.\d{3}$/

function partsOf(path: string): { start: string; end: string } {
  const end = extname(path)
  return { start: `${basename(path, end)}-`, end }
}

const timeText = (ms: number) => new Date(ms).toISOString().slice(0, -1).replaceAll(':', '-')

/** The times of those that were put aside, the newest first. */
function timesAside(path: string): string[] {
  const { start, end } = partsOf(path)
  return readdirSync(dirname(path))
    .filter((name) => name.startsWith(start) && name.endsWith(end))
    .map((name) => name.slice(start.length, name.length - end.length))
    .filter((time) => TIME.test(time))
    .sort()
    .reverse()
}

function nameOf(path: string, time: string): string {
  const { start, end } = partsOf(path)
  return join(dirname(path), `${start}${time}${end}`)
}

function asideName(path: string): string {
  const [newest] = timesAside(path)
  // Several within a millisecond: the later one takes the next.
  for (let ms = Date.now(); ; ms++) {
    const time = timeText(ms)
    if (newest === undefined || time > newest) return nameOf(path, time)
  }
}

function clean({ path, maxBackups = 0, maxAgeMs = 0 }: RotatingFileOptions): void {
  const oldest = timeText(Date.now() - maxAgeMs)
  for (const [i, time] of timesAside(path).entries()) {
    const isTooMany = maxBackups > 0 && i >= maxBackups
    const isTooOld = maxAgeMs > 0 && time < oldest
    if (isTooMany || isTooOld) rmSync(nameOf(path, time), { force: true })
  }
}

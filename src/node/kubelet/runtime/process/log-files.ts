/**
 * A container's log lies in its attempt's folder:
 *
 * - `spool`: the raw bytes that the container writes, standard output and error in their true order;
 * - `log`, `log.1` … `log.4`: the same as CRI lines (`<time> stdout F <text>`), newest first;
 * - `log.state`: how far the spool is read, so that a killed agent neither loses nor repeats a line.
 *
 * Lines get the time at which the agent reads them, which is as soon as they are written. While no
 * agent runs they wait in the spool.
 */
export const LOG_FILE_BYTES_MAX = 10 * 1024 * 1024
export const LOG_FILES_MAX = 5
/** A spool longer than this is emptied once it has been read to its end. */
export const SPOOL_BYTES_MAX = 10 * 1024 * 1024
/** A line longer than this is cut into parts (tag `P`), as container runtimes do. */
export const LINE_BYTES_MAX = 16 * 1024

export const spoolPath = (folder: string): string => `${folder}/spool`
export const statePath = (folder: string): string => `${folder}/log.state`
export const logPath = (folder: string, age: number): string =>
  age === 0 ? `${folder}/log` : `${folder}/log.${age}`

/** One line of a log in the CRI's format. */
export interface LogLine {
  /** RFC 3339 with nanoseconds. */
  readonly time: string
  /** With its newline, unless the line goes on (`P`). */
  readonly text: Uint8Array
}

const NEWLINE = 0x0a
const SPACE = 0x20

/** Splits raw output into CRI lines. `rest` is what waits for its newline. */
export function toCriLines(
  raw: Uint8Array,
  options: { time: string; flush: boolean },
): { lines: Uint8Array; consumed: number } {
  const parts: Uint8Array[] = []
  const prefix = (tag: 'F' | 'P') => Buffer.from(`${options.time} stdout ${tag} `)
  const newline = Buffer.from('\n')
  let start = 0
  while (start < raw.length) {
    const found = raw.indexOf(NEWLINE, start)
    const end = found < 0 ? raw.length : found
    if (end - start > LINE_BYTES_MAX) {
      parts.push(prefix('P'), raw.subarray(start, start + LINE_BYTES_MAX), newline)
      start += LINE_BYTES_MAX
    } else if (found >= 0 || options.flush) {
      // What ends without a newline is read back without one.
      parts.push(prefix(found < 0 ? 'P' : 'F'), raw.subarray(start, end), newline)
      start = found < 0 ? end : end + 1
    } else {
      break
    }
  }
  return { lines: Buffer.concat(parts), consumed: start }
}

/** Reads one CRI line (without its newline); undefined for what is not one. */
export function parseCriLine(line: Uint8Array): LogLine | undefined {
  const first = line.indexOf(SPACE)
  const second = line.indexOf(SPACE, first + 1)
  const third = line.indexOf(SPACE, second + 1)
  if (first < 0 || second < 0 || third < 0) return undefined
  const isPartial = line[second + 1] === 0x50
  const text = line.subarray(third + 1)
  return {
    time: Buffer.from(line.subarray(0, first)).toString('latin1'),
    text: isPartial ? text : Buffer.concat([text, Buffer.from('\n')]),
  }
}

/** `nowMs` as CRI writes times: `2026-01-02T03:04:05.006000000Z`. */
export function formatNanoTime(nowMs: number): string {
  return `${new Date(nowMs).toISOString().slice(0, 23)}000000Z`
}

import { Channel, type Disk, type DiskFile } from '../../../../base/index.ts'
import type { LogOptions } from '../types.ts'
import { LOG_FILES_MAX, logPath, parseCriLine } from './log-files.ts'
import type { LogPump } from './log-pump.ts'

const CHUNK_BYTES = 64 * 1024
/** Chunks that a slow follower may lag behind. */
const FOLLOW_QUEUE_MAX = 1024
const NEWLINE = 0x0a

/** The text of a container's log, as `kubectl logs` shows it. */
export async function* readLog(
  options: { disk: Disk; folder: string; pump: LogPump | undefined; isOver: () => boolean },
  want: LogOptions & { signal: AbortSignal },
): AsyncGenerator<Uint8Array> {
  const { pump } = options
  const follower = new Channel<Uint8Array>({ maxLength: FOLLOW_QUEUE_MAX })
  const isLive = pump !== undefined && !options.isOver()
  const onAbort = () => follower.close()
  want.signal.addEventListener('abort', onAbort, { once: true })
  let ranges: FileRange[] = []
  try {
    const snapshot = async () => {
      ranges = await openRanges(options.disk, options.folder)
    }
    if (isLive) await pump.follow(follower, snapshot)
    else await snapshot()
    if (want.tailLines !== undefined) ranges = await tail(ranges, want.tailLines)
    const formatter = new Formatter(want)
    for (const range of ranges) {
      for await (const chunk of readRange(range)) {
        const text = formatter.format(chunk)
        if (text.length > 0) yield text
        if (formatter.full || want.signal.aborted) return
      }
    }
    if (!isLive || !want.follow) return
    for await (const chunk of follower) {
      const text = formatter.format(chunk)
      if (text.length > 0) yield text
      if (formatter.full) return
    }
  } finally {
    want.signal.removeEventListener('abort', onAbort)
    pump?.unfollow(follower)
    await Promise.all(ranges.map((range) => range.file.close()))
  }
}

interface FileRange {
  readonly file: DiskFile
  readonly from: number
  readonly to: number
}

/** Oldest first. */
async function openRanges(disk: Disk, folder: string): Promise<FileRange[]> {
  const ranges: FileRange[] = []
  for (let age = LOG_FILES_MAX - 1; age >= 0; age--) {
    const path = logPath(folder, age)
    if (!(await disk.stat(path))) continue
    const file = await disk.open(path)
    ranges.push({ file, from: 0, to: await file.size() })
  }
  return ranges
}

async function* readRange({ file, from, to }: FileRange): AsyncGenerator<Uint8Array> {
  for (let at = from; at < to; ) {
    const chunk = await file.read(at, Math.min(CHUNK_BYTES, to - at))
    if (chunk.length === 0) return
    at += chunk.length
    yield chunk
  }
}

/** The ranges that hold the last `lines` lines; searched backwards, so that a long log costs little. */
async function tail(ranges: readonly FileRange[], lines: number): Promise<FileRange[]> {
  const kept: FileRange[] = []
  // Wanted is what follows the newline before them, one more than there are lines.
  let missing = lines + 1
  for (const range of ranges.toReversed()) {
    if (missing <= 0) {
      await range.file.close()
      continue
    }
    let from = range.to
    for (let end = range.to; end > range.from && missing > 0; end = from) {
      from = Math.max(range.from, end - CHUNK_BYTES)
      const chunk = await range.file.read(from, end - from)
      for (let i = chunk.length - 1; i >= 0 && missing > 0; i--) {
        if (chunk[i] === NEWLINE && --missing === 0) from += i + 1
      }
    }
    kept.unshift({ ...range, from })
  }
  return kept
}

/** Turns CRI lines, in chunks of any size, into what the user asked for. */
class Formatter {
  readonly #want: LogOptions
  #rest: Uint8Array = new Uint8Array(0)
  #sent = 0

  constructor(want: LogOptions) {
    this.#want = want
  }

  get full(): boolean {
    return this.#want.limitBytes !== undefined && this.#sent >= this.#want.limitBytes
  }

  format(chunk: Uint8Array): Uint8Array {
    const bytes = this.#rest.length > 0 ? Buffer.concat([this.#rest, chunk]) : chunk
    const parts: Uint8Array[] = []
    let start = 0
    for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, start)) {
      const line = parseCriLine(bytes.subarray(start, end))
      start = end + 1
      if (!line) continue
      if (this.#want.sinceMs !== undefined && Date.parse(line.time) < this.#want.sinceMs) continue
      if (this.#want.timestamps) parts.push(Buffer.from(`${line.time} `))
      parts.push(line.text)
    }
    this.#rest = bytes.slice(start)
    const text = Buffer.concat(parts)
    const room = (this.#want.limitBytes ?? Number.POSITIVE_INFINITY) - this.#sent
    this.#sent += text.length
    return text.length > room ? text.subarray(0, room) : text
  }
}

/** The end of a container's output, for its termination message. */
export async function logTail(
  disk: Disk,
  folder: string,
  limits: { lines: number; bytes: number },
): Promise<string> {
  const none = new AbortController().signal
  const parts: Uint8Array[] = []
  const want = { follow: false, timestamps: false, tailLines: limits.lines, signal: none }
  for await (const part of readLog({ disk, folder, pump: undefined, isOver: () => true }, want)) {
    parts.push(part)
  }
  return Buffer.concat(parts).subarray(-limits.bytes).toString()
}

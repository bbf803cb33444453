import { type Clock, type Disk, DiskError, sleep } from '../src/base/index.ts'
import { UserError } from '../src/cli/index.ts'

const CHUNK_BYTES = 64 * 1024
const POLL_MS = 100

/** A growing text file from its last `tail` lines (default: its start), going on if `follow`. */
export async function* readLog(
  path: string,
  { disk, clock }: { disk: Disk; clock: Clock },
  options: { follow: boolean; tail: number | undefined; signal: AbortSignal },
): AsyncGenerator<string> {
  const file = await disk.open(path).catch((error: unknown) => {
    if (error instanceof DiskError && error.code === 'not-found') {
      throw new UserError(`there is no log yet: ${path}`)
    }
    throw error
  })
  const decoder = new TextDecoder()
  try {
    let offset = options.tail === undefined ? 0 : await tailOffset(file, options.tail)
    for (;;) {
      const bytes = await file.read(offset, CHUNK_BYTES)
      offset += bytes.length
      if (bytes.length > 0) yield decoder.decode(bytes, { stream: true })
      else if (options.follow && !options.signal.aborted) {
        await sleep(clock, POLL_MS, { signal: options.signal }).catch(() => undefined)
      } else return
    }
  } finally {
    await file.close()
  }
}

type File = Awaited<ReturnType<Disk['open']>>

/** Where the last `lines` lines begin. */
async function tailOffset(file: File, lines: number): Promise<number> {
  const size = await file.size()
  if (lines === 0) return size
  let left = lines
  for (let end = size; end > 0; end -= CHUNK_BYTES) {
    const start = Math.max(0, end - CHUNK_BYTES)
    const bytes = await file.read(start, end - start)
    for (let i = bytes.length - 1; i >= 0; i--) {
      // The line end at the end of the file begins no further line.
      const begins = bytes[i] === 0x0a && start + i < size - 1
      if (begins && --left === 0) return start + i + 1
    }
  }
  return 0
}

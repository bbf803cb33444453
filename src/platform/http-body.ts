import type { Writable } from 'node:stream'

/**
 * Writes a streamed body with back-pressure, then ends the stream. Stops early, having told the
 * iterator to return, when the signal aborts or the stream is gone. Throws what the iterator
 * throws.
 */
export async function writeBody(
  body: AsyncIterable<Uint8Array>,
  out: Writable,
  signal: AbortSignal,
): Promise<void> {
  const iterator = body[Symbol.asyncIterator]()
  const gone = aborted(signal)
  try {
    for (;;) {
      const next = await Promise.race([iterator.next(), gone.promise])
      if (next === undefined) break
      if (next.done) {
        out.end()
        return
      }
      if (out.destroyed) break
      if (!out.write(next.value)) await Promise.race([drained(out), gone.promise])
      if (signal.aborted) break
    }
    // Not awaited: a generator that hangs in its own await would hold the connection.
    void iterator.return?.().catch(() => undefined)
    out.end()
  } finally {
    gone.dispose()
  }
}

function drained(out: Writable): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      out.off('drain', done)
      out.off('close', done)
      resolve()
    }
    out.on('drain', done)
    out.on('close', done)
  })
}

function aborted(signal: AbortSignal): { promise: Promise<undefined>; dispose(): void } {
  let onAbort = () => {}
  const promise = new Promise<undefined>((resolve) => {
    onAbort = () => resolve(undefined)
    if (signal.aborted) resolve(undefined)
    else signal.addEventListener('abort', onAbort, { once: true })
  })
  return { promise, dispose: () => signal.removeEventListener('abort', onAbort) }
}

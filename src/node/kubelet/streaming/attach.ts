import { ProcessError } from '../../../base/index.ts'
import type { LiveCommand, Runtime } from '../runtime/types.ts'
import type { StreamChoice } from './remote-command.ts'

/**
 * A running container as if it were a command: what it writes from now on. Both of its outputs are
 * one here, and it has no standard input: asking for that throws `ProcessError`.
 */
export function attached(runtime: Runtime, id: string, choice: StreamChoice): Promise<LiveCommand> {
  if (choice.stdin) {
    const message = 'containers of this node have no standard input: attach without --stdin'
    return Promise.reject(new ProcessError(message))
  }
  const stop = new AbortController()
  const want = { follow: true, timestamps: false, tailLines: 0, signal: stop.signal }
  return Promise.resolve({
    stdout: runtime.logs(id, want),
    stderr: nothing(),
    exitCode: Promise.resolve(0),
    write: () => Promise.resolve(),
    endInput: () => undefined,
    resize: () => Promise.resolve(),
    kill: () => stop.abort(),
  })
}

async function* nothing(): AsyncGenerator<Uint8Array> {
  // One output only.
}

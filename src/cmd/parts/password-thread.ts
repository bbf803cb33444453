import type { PasswordHasher } from '../../base/index.ts'
import { startThread, type Thread } from '../../platform/index.ts'

export interface PasswordWork {
  readonly id: number
  readonly password: string
  /** Present: whether the password is the one of this hash. Absent: hash it. */
  readonly hash?: string
}

export interface PasswordAnswer {
  readonly id: number
  readonly hash?: string
  readonly matches?: boolean
}

export interface PasswordThread extends PasswordHasher {
  /** Ends the thread; passwords at work there fail. */
  close(): Promise<void>
}

interface Waiting {
  resolve(answer: PasswordAnswer): void
  reject(error: unknown): void
}

/** bcrypt on a thread of its own, which is started with the first password. */
export function passwordThread(options: { cost: number; program?: URL }): PasswordThread {
  const waiting = new Map<number, Waiting>()
  let thread: Thread | undefined
  let lastId = 0

  const start = (): Thread => {
    // Bundled beside this program.
    const program = options.program ?? new URL('./password-worker.js', import.meta.url)
    const started = startThread(program, { cost: options.cost })
    started.control.onMessage((message) => {
      const answer = message as PasswordAnswer
      waiting.get(answer.id)?.resolve(answer)
      waiting.delete(answer.id)
    })
    const end = (error: unknown) => {
      thread = undefined
      for (const each of waiting.values()) each.reject(error)
      waiting.clear()
    }
    started.ended.then(() => end(new Error('the thread for passwords ended')), end)
    return started
  }

  const ask = (work: Omit<PasswordWork, 'id'>): Promise<PasswordAnswer> => {
    thread ??= start()
    const id = ++lastId
    const { control } = thread
    return new Promise((resolve, reject) => {
      waiting.set(id, { resolve, reject })
      control.post({ ...work, id }, [])
    })
  }

  return {
    hash: async (password) => (await ask({ password })).hash ?? '',
    matches: async (password, hash) => (await ask({ password, hash })).matches === true,
    async close() {
      const ending = thread
      ending?.control.post('stop', [])
      await ending?.ended.catch(() => undefined)
    },
  }
}

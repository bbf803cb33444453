import { channelKv } from '../../kv/channel/index.ts'
import type { Kv } from '../../kv/index.ts'
import { startThread } from '../../platform/index.ts'
import type { MemberStatus } from '../../store/index.ts'
import type { MemberConfig } from './store-member.ts'

export type ToMember = { readonly kind: 'status' } | { readonly kind: 'stop' }

export type FromMember =
  | { readonly kind: 'ready' }
  | { readonly kind: 'status'; readonly status: MemberStatus }
  | { readonly kind: 'fatal'; readonly message: string }

/** The store's member on a thread of its own, as the rest of a master sees it. */
export interface StoreThread {
  /** What is asked before the member is open waits for it. */
  readonly kv: Kv
  /** Resolves when the member is open and listens; rejects with why it cannot be. */
  readonly ready: Promise<void>
  status(): Promise<MemberStatus>
  stop(): Promise<void>
}

/** `onFatal` is told when the member cannot go on after it was ready. */
export function startStoreThread(
  config: MemberConfig,
  onFatal: (error: Error) => void,
): StoreThread {
  // Bundled beside this program; in a checkout it is the source.
  const file = import.meta.url.endsWith('.ts') ? '../store-worker.ts' : './store-worker.js'
  const { data, control, ended } = startThread(new URL(file, import.meta.url), config)
  const waiting: ((status: MemberStatus) => void)[] = []
  let fatal = onFatal
  const ready = new Promise<void>((resolve, reject) => {
    fatal = reject
    control.onMessage((given) => {
      const message = given as FromMember
      if (message.kind === 'ready') {
        fatal = onFatal
        resolve()
      } else if (message.kind === 'fatal') fatal(new Error(message.message))
      else waiting.shift()?.(message.status)
    })
  })
  const over = ended.catch((error: unknown) => {
    fatal(error instanceof Error ? error : new Error(String(error)))
  })
  const ask = (message: ToMember) => control.post(message, [])
  return {
    kv: channelKv(data),
    ready,
    status: () =>
      new Promise((resolve) => {
        waiting.push(resolve)
        ask({ kind: 'status' })
      }),
    async stop() {
      ask({ kind: 'stop' })
      await over
    },
  }
}

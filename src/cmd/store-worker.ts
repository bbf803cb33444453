import { serveKv } from '../kv/channel/index.ts'
import { localKv } from '../kv/local/index.ts'
import { openLog, thisThread } from '../platform/index.ts'
import { logLevel } from './parts/part.ts'
import { type MemberConfig, startMember } from './parts/store-member.ts'
import type { FromMember, ToMember } from './parts/store-thread.ts'

/**
 * The store's member on a thread of its own, so that no large list or scheduling round beside it can
 * delay a heartbeat.
 */
async function main(): Promise<void> {
  const { given, data, control } = thisThread()
  const config = given as MemberConfig
  const say = (message: FromMember) => control.post(message, [])
  const onFatal = (error: unknown) => say({ kind: 'fatal', message: messageOf(error) })
  const log = openLog({ level: logLevel() }).child({ part: config.name, thread: 'store' })
  try {
    const { opened, stop } = await startMember(config, { log, onFatal })
    serveKv(localKv(opened.store), data)
    control.onMessage((message) => {
      const { kind } = message as ToMember
      if (kind === 'status') say({ kind: 'status', status: opened.member.status() })
      else void stop().finally(() => process.exit(0))
    })
    say({ kind: 'ready' })
  } catch (error) {
    onFatal(error)
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

void main()

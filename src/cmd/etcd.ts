import { spawn } from 'node:child_process'
import { ETCD_VERSION, MemberRemovedError } from '../store/index.ts'
import { type EtcdFlags, readEtcdFlags } from './parts/etcd-flags.ts'
import { etcdHelp } from './parts/etcd-help.ts'
import { startEtcd } from './parts/etcd-member.ts'
import { FlagError } from './parts/flags.ts'
import { VERSION } from './parts/version.ts'
import { logSettings } from './parts/etcd-log.ts'
import { zapLog } from './parts/zap-log.ts'

/** `navarch etcd`: one member with etcd's own flags, environment, lines and exit codes. */
async function main(): Promise<void> {
  const args = process.argv.slice(2).filter((arg, i) => i > 0 || arg !== 'etcd')
  const flags = readEtcdFlags(args, process.env)
  if (flags.get('help') === 'true' || flags.get('h') === 'true') return console.log(etcdHelp())
  if (flags.get('version') === 'true') {
    const { version, platform, arch } = process
    console.log(`etcd Version: ${ETCD_VERSION}\nGit SHA: navarch-${VERSION}`)
    console.log(`Go Version: none, Node ${version}\nGo OS/Arch: ${platform}/${arch}`)
    return
  }
  await run(flags)
}

async function run(flags: EtcdFlags): Promise<void> {
  const log = zapLog(logSettings(flags))
  for (const fields of flags.warnings) log.warn('this setting has no effect', fields)
  const onFatal = (error: unknown) => {
    log.error('server error', { error })
    // As etcd: whoever was removed ends well, and its data is worth nothing.
    const isRemoved = error instanceof MemberRemovedError
    if (isRemoved) log.warn('data-dir used by this member must be removed')
    process.exit(isRemoved ? 0 : 1)
  }
  try {
    const running = await startEtcd(flags, { log, onFatal })
    notify('--ready')
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      process.once(signal, () => {
        log.info('received signal; shutting down', { signal })
        void running.stop().then(() => endBy(signal))
      })
    }
  } catch (error) {
    if (error instanceof FlagError) throw error
    if (error instanceof MemberRemovedError) return onFatal(error)
    log.error('discovery failed or the member cannot start', { error })
    process.exit(1)
  }
}

/** As etcd: by the signal itself, so that who waits for the process sees it (a shell: 143, 130). */
function endBy(signal: NodeJS.Signals): void {
  // The kernel does not kill the first process of a container for its own signals.
  if (process.pid === 1) process.exit(0)
  process.kill(process.pid, signal)
}

/** Tells systemd, where a unit of type `notify` waits for it. */
function notify(what: string): void {
  if (!process.env['NOTIFY_SOCKET']) return
  spawn('systemd-notify', [what], { stdio: 'ignore' }).on('error', () => undefined)
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : String(error))
  if (error instanceof FlagError) console.error('Usage of etcd: navarch etcd --help')
  process.exit(error instanceof FlagError ? 2 : 1)
})

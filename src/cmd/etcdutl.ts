import { parseArgs } from 'node:util'
import { levelEngines, openLog, systemClock, systemDisk } from '../platform/index.ts'
import { backupFromArchive } from '../store/archive/index.ts'
import { snapshotStatus, type SnapshotStatus } from '../store/backup/index.ts'
import { clusterIdentity, restoreSnapshot } from '../store/index.ts'
import { readInitialCluster } from './parts/etcd-config.ts'
import { FlagError } from './parts/flags.ts'

const HELP = `navarch etcdutl: snapshots of the store without a running member, as etcd's own etcdutl.

  snapshot status FILE
  snapshot restore FILE   --name default --data-dir NAME.etcd --initial-cluster NAME=URL,…
                          --initial-cluster-token etcd-cluster --initial-advertise-peer-urls URL,…
                          --skip-hash-check --bump-revision N --mark-compacted
  snapshot from-archive DIR FILE   --to-revision N | --to-time 2026-01-31T12:00:00Z
                          makes a snapshot of an archived state (navarch etcd --archive-dir DIR)`

const OPTIONS = {
  name: { type: 'string', default: 'default' },
  'data-dir': { type: 'string', default: '' },
  'initial-cluster': { type: 'string', default: '' },
  'initial-cluster-token': { type: 'string', default: 'etcd-cluster' },
  'initial-advertise-peer-urls': { type: 'string', default: 'http://localhost:2380' },
  'skip-hash-check': { type: 'boolean', default: false },
  'bump-revision': { type: 'string', default: '0' },
  'mark-compacted': { type: 'boolean', default: false },
  'to-revision': { type: 'string' },
  'to-time': { type: 'string' },
  'write-out': { type: 'string', short: 'w', default: 'simple' },
  help: { type: 'boolean', short: 'h', default: false },
} as const

type Values = ReturnType<typeof parse>['values']
const disk = systemDisk()

function parse(args: string[]) {
  try {
    return parseArgs({ args, options: OPTIONS, allowPositionals: true, strict: true })
  } catch (error) {
    throw new FlagError(error instanceof Error ? error.message : String(error))
  }
}

async function main(): Promise<void> {
  const args = process.argv.slice(2).filter((arg, i) => i > 0 || arg !== 'etcdutl')
  const { values, positionals } = parse(args)
  const [noun, verb, ...files] = positionals
  if (values.help || noun === undefined) return console.log(HELP)
  const [first = '', second = ''] = files
  const command = `${noun} ${verb ?? ''}`
  if (command === 'snapshot status' && first) {
    return console.log(describe(await snapshotStatus(disk, first), values))
  }
  if (command === 'snapshot restore' && first) return await restore(first, values)
  if (command === 'snapshot from-archive' && second) return await fromArchive(first, second, values)
  throw new FlagError(`unknown command "${positionals.join(' ')}"\n${HELP}`)
}

function describe(status: SnapshotStatus, values: Values): string {
  const { revision, entries: totalKey, sizeBytes: totalSize } = status
  const hash = status.hash >>> 0
  if (values['write-out'] === 'json') return JSON.stringify({ hash, revision, totalKey, totalSize })
  return [hash.toString(16), revision, totalKey, `${totalSize} B`].join(', ')
}

async function restore(path: string, values: Values): Promise<void> {
  const bumpRevision = wholeNumber('bump-revision', values['bump-revision'])
  if (bumpRevision > 0 !== values['mark-compacted']) {
    throw new FlagError(
      '--mark-compacted required if --bump-revision > 0, and not allowed otherwise',
    )
  }
  const { name } = values
  const peers = values['initial-advertise-peer-urls'].split(',')
  const initial = values['initial-cluster'] || peers.map((url) => `${name}=${url}`).join()
  const clusterToken = values['initial-cluster-token']
  const status = await restoreSnapshot({
    path,
    name,
    cluster: clusterIdentity({ clusterToken, members: readInitialCluster(initial, name) }),
    dataFolder: values['data-dir'] || `${name}.etcd`,
    skipHashCheck: values['skip-hash-check'],
    bumpRevision,
    disk,
    openEngine: levelEngines(),
    clock: systemClock,
    log: openLog({ level: 'warn' }),
  })
  console.error(`restored snapshot: revision ${status.revision + bumpRevision}`)
}

async function fromArchive(folder: string, path: string, values: Values): Promise<void> {
  const { 'to-revision': revisionText, 'to-time': timeText } = values
  const timeMs = timeText === undefined ? undefined : Date.parse(timeText)
  if (timeMs !== undefined && Number.isNaN(timeMs)) {
    throw new FlagError(`--to-time: "${timeText}" is no time such as 2026-01-31T12:00:00Z`)
  }
  const { revision } = await backupFromArchive({
    folder,
    path,
    to: {
      ...(revisionText !== undefined && { revision: wholeNumber('to-revision', revisionText) }),
      ...(timeMs !== undefined && { timeMs }),
    },
    disk,
    openEngine: levelEngines(),
    clock: systemClock,
    log: openLog({ level: 'warn' }),
    onProgress: ({ revision: at, entries }) => console.error(`${entries} entries, revision ${at}`),
  })
  console.error(`${path}: the state at revision ${revision}`)
}

function wholeNumber(flag: string, text: string): number {
  const value = Number(text)
  if (Number.isInteger(value) && value >= 0) return value
  throw new FlagError(`--${flag}: "${text}" must be a whole number`)
}

main().catch((error: unknown) => {
  console.error(`Error: ${error instanceof Error ? error.message : String(error)}`)
  process.exit(error instanceof FlagError ? 2 : 1)
})

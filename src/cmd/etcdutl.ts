import { Command, CommanderError } from 'commander'
import { pointInTime, wholeNumber } from '../cli/index.ts'
import { levelEngines, openLog, systemClock, systemDisk, systemRandom } from '../platform/index.ts'
import { backupFromArchive } from '../store/archive/index.ts'
import { snapshotStatus } from '../store/backup/index.ts'
import { clusterIdentity, ETCD_VERSION, hashOfBackup, restoreSnapshot } from '../store/index.ts'
import { readInitialCluster } from './parts/etcd-config.ts'
import { etcdDataIn } from './parts/etcd-folder.ts'
import { type Column, type Format, FORMATS, humanBytes, printed } from './parts/etcdutl-print.ts'

/** A failure with etcdutl's exit code for it. */
class UtlError extends Error {
  readonly exitCode: number
  constructor(exitCode: number, message: string) {
    super(message)
    this.exitCode = exitCode
  }
}

/** etcdutl's: a flag's value that is not supported, and arguments that are wrong. */
const BAD_FEATURE = 4
const BAD_ARGUMENTS = 128

const disk = systemDisk()
const ports = { disk, openEngine: levelEngines(), clock: systemClock }
const log = openLog({ level: 'warn' })
const interrupted = new AbortController()
process.once('SIGINT', () => interrupted.abort(new UtlError(130, 'interrupted')))
process.once('SIGTERM', () => interrupted.abort(new UtlError(143, 'terminated')))

const API_VERSION = ETCD_VERSION.split('.').slice(0, 2).join('.')
const VERSION_TEXT = `etcdutl version: ${ETCD_VERSION}\nAPI version: ${API_VERSION}`
const DATA_DIR_HELP = 'Required. The folder of a member that does not run.'
const MIGRATE = 'nothing to migrate: this store has one format, which every release reads'

function program(): Command {
  const utl = new Command('etcdutl')
    .description('An administrative command line tool for the store, as etcd’s etcdutl.')
    .option('-w, --write-out <format>', `set the output format (${FORMATS.join(', ')})`, 'simple')
    .version(VERSION_TEXT, '--version', 'Prints the version of etcdutl')
  const print = (columns: readonly Column[]) => console.log(printed(columns, formatOf(utl)))
  utl
    .command('version')
    .description('Prints the version of etcdutl')
    .action(() => console.log(VERSION_TEXT))
  utl
    .command('defrag')
    .description('Gives space back that a member’s state does not use')
    .requiredOption('--data-dir <folder>', DATA_DIR_HELP)
    .action(({ dataDir }: { dataDir: string }) => defrag(dataDir))
  utl
    .command('hashkv <filename>')
    .description('Prints the KV history hash of a given file')
    .option(
      '--rev <number>',
      'maximum revision to hash (default: latest revision)',
      wholeNumber(0),
      0,
    )
    .action(async (path: string, { rev }: { rev: number }) => print(await hashColumns(path, rev)))
  utl
    .command('migrate')
    .description('Refused: there is one format of the storage')
    .option('--data-dir <folder>', DATA_DIR_HELP)
    .option('--target-version <version>')
    .option('--force')
    .action(() => {
      throw new UtlError(1, MIGRATE)
    })
  utl.addCommand(snapshotCommand(print))
  return utl
}

function snapshotCommand(print: (columns: readonly Column[]) => void): Command {
  const snapshot = new Command('snapshot').description('Manages snapshots of members')
  snapshot
    .command('status <filename>')
    .description('Gets backend snapshot status of a given file')
    .action(async (path: string) => print(await statusColumns(path)))
  snapshot
    .command('restore <filename>')
    .description('Restores a snapshot to the folder of a member')
    .option('--data-dir <folder>', 'Path to the output data directory (default: NAME.etcd)')
    .option('--wal-dir <folder>', 'Path to the log (default: in --data-dir)')
    .option('--name <name>', 'Human-readable name for this member', 'default')
    .option('--initial-cluster <name=url,…>', 'Initial cluster configuration')
    .option('--initial-cluster-token <token>', 'Initial cluster token', 'etcd-cluster')
    .option('--initial-advertise-peer-urls <url,…>', 'Own peer URLs', 'http://localhost:2380')
    .option('--skip-hash-check', 'Ignore the integrity hash (of a file that has none)')
    .option('--bump-revision <number>', 'How much to raise the revision by', wholeNumber(0), 0)
    .option('--mark-compacted', 'Everything before is compacted (with --bump-revision)')
    .action(restore)
  snapshot
    .command('from-archive <folder> <filename>')
    .description('Makes a snapshot of an archived state (navarch etcd --archive-dir FOLDER)')
    .option('--to-revision <number>', 'as it was at this revision', wholeNumber(0))
    .option('--to-time <time>', 'as it was then, such as 2026-01-31T12:00:00Z', pointInTime)
    .action(fromArchive)
  return snapshot
}

function formatOf(utl: Command): Format {
  const text: unknown = utl.opts()['writeOut']
  const format = FORMATS.find((each) => each === text)
  if (format) return format
  if (text === 'protobuf') {
    throw new UtlError(BAD_FEATURE, 'protobuf not supported as output format')
  }
  throw new UtlError(BAD_FEATURE, 'unsupported output format')
}

async function statusColumns(path: string): Promise<Column[]> {
  const { revision, entries, sizeBytes, version, ...rest } = await snapshotStatus(disk, path)
  const hash = rest.hash >>> 0
  return [
    { title: 'hash', field: 'Hash', json: 'hash', value: hash, text: hash.toString(16) },
    { title: 'revision', field: 'Revision', json: 'revision', value: revision },
    { title: 'total keys', field: 'Keys', json: 'totalKey', value: entries },
    {
      title: 'total size',
      field: 'Size',
      json: 'totalSize',
      value: sizeBytes,
      text: humanBytes(sizeBytes),
    },
    { title: 'version', field: 'Version', json: 'version', value: version },
  ]
}

async function hashColumns(path: string, revision: number): Promise<Column[]> {
  const { hash, hashRevision, compactRevision } = await hashOfBackup({
    ...ports,
    path,
    revision,
    random: systemRandom(),
    log,
  })
  return [
    { title: 'hash', field: 'Hash', json: 'hash', value: hash >>> 0 },
    { title: 'hash revision', field: 'Hash revision', json: 'hashRevision', value: hashRevision },
    {
      title: 'compact revision',
      field: 'Compact revision',
      json: 'compactRevision',
      value: compactRevision,
    },
  ]
}

async function defrag(dataDir: string): Promise<void> {
  const failed = (why: string) =>
    new UtlError(1, `Failed to defragment etcd data[${dataDir}] (${why})`)
  if (!(await disk.stat(`${dataDir}/db`))) {
    const isEtcds = (await etcdDataIn(disk, { dataDir })) !== undefined
    const whose = "it holds the data of an etcd, whose format is another: use etcd's own etcdutl"
    throw failed(isEtcds ? whose : `stat ${dataDir}/db: no such folder`)
  }
  try {
    const engine = await ports.openEngine(`${dataDir}/db`)
    await engine.compact()
    await engine.close()
  } catch (error) {
    throw failed(error instanceof Error ? error.message : String(error))
  }
}

interface RestoreOptions {
  readonly name: string
  readonly dataDir?: string
  readonly walDir?: string
  readonly initialCluster?: string
  readonly initialClusterToken: string
  readonly initialAdvertisePeerUrls: string
  readonly skipHashCheck?: boolean
  readonly bumpRevision: number
  readonly markCompacted?: boolean
}

async function restore(path: string, options: RestoreOptions): Promise<void> {
  const { name, walDir, bumpRevision, skipHashCheck = false, markCompacted = false } = options
  if (bumpRevision > 0 !== markCompacted) {
    throw new UtlError(BAD_ARGUMENTS, '--mark-compacted required if --revision-bump > 0')
  }
  const peers = options.initialAdvertisePeerUrls.split(',')
  const initial = options.initialCluster ?? peers.map((url) => `${name}=${url}`).join()
  const clusterToken = options.initialClusterToken
  const status = await restoreSnapshot({
    ...ports,
    path,
    name,
    cluster: clusterIdentity({ clusterToken, members: readInitialCluster(initial, name) }),
    dataFolder: options.dataDir ?? `${name}.etcd`,
    ...(walDir !== undefined && { walFolder: walDir }),
    skipHashCheck,
    bumpRevision,
    signal: interrupted.signal,
    log,
  })
  console.error(`restored snapshot: revision ${status.revision + bumpRevision}`)
}

interface ArchiveOptions {
  readonly toRevision?: number
  readonly toTime?: number
}

async function fromArchive(
  folder: string,
  path: string,
  { toRevision, toTime }: ArchiveOptions,
): Promise<void> {
  const { revision } = await backupFromArchive({
    ...ports,
    folder,
    path,
    to: {
      ...(toRevision !== undefined && { revision: toRevision }),
      ...(toTime !== undefined && { timeMs: toTime }),
    },
    log,
    signal: interrupted.signal,
    onProgress: ({ revision: at, entries }) => console.error(`${entries} entries, revision ${at}`),
  })
  console.error(`${path}: the state at revision ${revision}`)
}

async function main(): Promise<void> {
  const args = process.argv.slice(2).filter((arg, i) => i > 0 || arg !== 'etcdutl')
  const utl = program()
  if (args.length === 0) return utl.outputHelp()
  configure(utl)
  await utl.parseAsync(args, { from: 'user' })
}

/** Every command throws instead of ending the process. */
function configure(command: Command): void {
  command.exitOverride()
  command.configureOutput({ outputError: () => undefined })
  for (const each of command.commands) configure(each)
}

main().catch((error: unknown) => {
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return
    console.error(error.message.replace(/^error: /, 'Error: '))
    const isCount = /argument/i.test(error.code) && error.code !== 'commander.invalidArgument'
    process.exit(isCount ? BAD_ARGUMENTS : 1)
  }
  console.error(`Error: ${error instanceof Error ? error.message : String(error)}`)
  process.exit(error instanceof UtlError ? error.exitCode : 1)
})

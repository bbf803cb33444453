import { Command } from 'commander'
import {
  command,
  context,
  json,
  type OutputOptions,
  outputOption,
  pointInTime,
  wholeNumber,
} from './options.ts'
import { type BackupInfo, type CliPorts, UsageError } from './ports.ts'
import { size, table } from './table.ts'

/** `navarch backup`: the whole store as one file, in etcd's snapshot format. */
export function backupCommand(ports: CliPorts): Command {
  const print = (info: BackupInfo, options: OutputOptions) => {
    ports.terminal.out(options.output === 'json' ? json(info) : describe(info))
  }
  return new Command('backup')
    .description("save, look at and restore backups (files in etcd's snapshot format)")
    .addCommand(
      command('save', 'save the running cluster to a file')
        .argument('<file>')
        .addOption(outputOption())
        .action(async (file: string, options: OutputOptions) => {
          print(await ports.cluster(options.dataDir).backupSave(file, context(ports)), options)
        }),
    )
    .addCommand(
      command('status', 'check a backup and show revision, keys, size and hash')
        .argument('<file>')
        .addOption(outputOption())
        .action(async (file: string, options: OutputOptions) => {
          print(await ports.cluster(options.dataDir).backupStatus(file), options)
        }),
    )
    .addCommand(
      command('restore', 'make the data of a new cluster from a backup; then `navarch up`')
        .argument('[file]')
        .option(
          '--archive <folder>',
          'from what masters archived (`navarch up --archive <folder>`)',
        )
        .option('--to-revision <number>', 'of an archive: as it was then', wholeNumber(1))
        .option('--to-time <time>', 'likewise, such as 2026-01-31T12:00:00Z', pointInTime)
        .addOption(outputOption())
        .action(async (file: string | undefined, options: RestoreOptions) => {
          print(await restore(file, options, ports), options)
        }),
    )
}

interface RestoreOptions extends OutputOptions {
  readonly archive?: string
  readonly toRevision?: number
  readonly toTime?: number
}

async function restore(
  file: string | undefined,
  { archive, toRevision, toTime, dataDir }: RestoreOptions,
  ports: CliPorts,
): Promise<BackupInfo> {
  const cluster = ports.cluster(dataDir)
  if ((file === undefined) === (archive === undefined)) {
    throw new UsageError('backup restore: name a file, or an --archive')
  }
  if (toRevision !== undefined && toTime !== undefined) {
    throw new UsageError('backup restore: --to-revision or --to-time, not both')
  }
  if (file !== undefined) {
    if (toRevision !== undefined || toTime !== undefined) {
      throw new UsageError('backup restore: --to-revision and --to-time need an --archive')
    }
    return await cluster.backupRestore(file, context(ports))
  }
  const to = {
    ...(toRevision !== undefined && { revision: toRevision }),
    ...(toTime !== undefined && { timeMs: toTime }),
  }
  return await cluster.archiveRestore({ folder: archive ?? '', to }, context(ports))
}

function describe(info: BackupInfo): string {
  const row = [info.hash, info.revision, info.totalKey, size(info.totalSize)]
  return table(['HASH', 'REVISION', 'TOTAL KEYS', 'TOTAL SIZE'], [row])
}

import { Command } from 'commander'
import { command, context, json, type OutputOptions, outputOption } from './options.ts'
import type { BackupInfo, CliPorts } from './ports.ts'
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
        .argument('<file>')
        .addOption(outputOption())
        .action(async (file: string, options: OutputOptions) => {
          print(await ports.cluster(options.dataDir).backupRestore(file, context(ports)), options)
        }),
    )
}

function describe(info: BackupInfo): string {
  const row = [info.hash, info.revision, info.totalKey, size(info.totalSize)]
  return table(['HASH', 'REVISION', 'TOTAL KEYS', 'TOTAL SIZE'], [row])
}

import { Command } from 'commander'
import { command, context, json, type OutputOptions, outputOption, wholeNumber } from './options.ts'
import { type CliPorts, type FailoverReport, type RestoreReport, UserError } from './ports.ts'
import { duration, table } from './table.ts'

const LISTED_MAX = 10

/** `navarch drill`: failures on purpose, measured. */
export function drillCommand(ports: CliPorts): Command {
  return new Command('drill')
    .description('rehearse failures on the running cluster and report what came of it')
    .addCommand(
      command('failover', 'kill leading masters under a stream of writes')
        .option('--times <number>', 'how many kills', wholeNumber(1, 1000), 10)
        .addOption(outputOption())
        .action(async (options: OutputOptions & { times: number }) => {
          const { times } = options
          const cluster = ports.cluster(options.dataDir)
          const report = await cluster.drillFailover({ times }, context(ports))
          ports.terminal.out(
            options.output === 'json' ? json(rounded(report)) : describeFailover(report),
          )
          if (report.lostWrites > 0) {
            throw new UserError(`${report.lostWrites} acknowledged writes were lost`)
          }
        }),
    )
    .addCommand(
      command('restore', 'back up, remove, restore, start again, and compare every object')
        .addOption(outputOption())
        .action(async (options: OutputOptions) => {
          const report = await ports.cluster(options.dataDir).drillRestore(context(ports))
          ports.terminal.out(
            options.output === 'json' ? json(rounded(report)) : describeRestore(report),
          )
          const wrong = report.missing.length + report.changedUids.length
          if (wrong > 0) throw new UserError(`${wrong} objects did not come back as they were`)
        }),
    )
}

function describeFailover(report: FailoverReport): string {
  const rows = report.kills.map((kill, i) => [
    i + 1,
    kill.master,
    kill.led,
    duration(kill.gapMs),
    kill.scaledMs === null ? '-' : duration(kill.scaledMs),
    duration(kill.rejoinedMs),
  ])
  const heads = ['KILL', 'MASTER', 'LED', 'WRITE GAP', 'SCALE TOOK', 'REJOINED AFTER']
  return `${table(heads, rows)}
median write gap: ${duration(report.medianGapMs)}
acknowledged writes: ${report.acknowledgedWrites}, lost: ${report.lostWrites}
`
}

function describeRestore(report: RestoreReport): string {
  const lines = [
    `revision ${report.revision} saved in ${duration(report.savedMs)}`,
    `restored and ready again in ${duration(report.restoredMs)}`,
    `${report.objects} objects compared: ${report.missing.length} missing, ${report.changedUids.length} with another UID`,
    ...listed('missing', report.missing),
    ...listed('another UID', report.changedUids),
  ]
  return `${lines.join('\n')}\n`
}

/** The first of many; JSON has all. */
function listed(what: string, names: readonly string[]): string[] {
  const lines = names.slice(0, LISTED_MAX).map((name) => `${what}: ${name}`)
  const more = names.length - lines.length
  return more === 0 ? lines : [...lines, `${what}: … and ${more} more`]
}

/** Milliseconds without the parts of them that a clock gives and nobody reads. */
function rounded<T>(report: T): T {
  const whole = (key: string, value: unknown): unknown =>
    key.endsWith('Ms') && typeof value === 'number' ? Math.round(value) : value
  return JSON.parse(JSON.stringify(report, whole)) as T
}

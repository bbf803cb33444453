import type { Log } from '../../base/index.ts'
import { goDurationMs } from '../../api/index.ts'
import {
  type AuditEvent,
  type AuditOptions,
  AuditPolicy,
  type AuditSink,
  auditWebhook,
  type BatchOptions,
  batchingSink,
  blockingSink,
  legacyLine,
  waitedFor,
} from '../../master/apiserver/index.ts'
import { outboundHttps, rotatingFile, systemClock } from '../../platform/index.ts'
import { parsedFlag } from './config-files.ts'
import { FlagError, fileOf } from './flags.ts'
import { readJudge } from './kubeconfig.ts'

const BATCH = {
  'batch-buffer-size': '10000',
  'batch-throttle-qps': '10',
  'batch-throttle-burst': '15',
} as const

/** Flags of kube-apiserver about what is noted of requests. */
export const AUDIT_FLAGS = {
  'audit-policy-file': '',
  'audit-log-path': '',
  'audit-log-format': 'json',
  'audit-log-mode': 'blocking',
  'audit-log-maxage': '0',
  'audit-log-maxbackup': '0',
  'audit-log-maxsize': '100',
  'audit-log-batch-buffer-size': BATCH['batch-buffer-size'],
  'audit-log-batch-max-size': '1',
  'audit-log-batch-max-wait': '0s',
  'audit-log-batch-throttle-enable': 'false',
  'audit-log-batch-throttle-qps': BATCH['batch-throttle-qps'],
  'audit-log-batch-throttle-burst': BATCH['batch-throttle-burst'],
  'audit-webhook-config-file': '',
  'audit-webhook-initial-backoff': '10s',
  'audit-webhook-mode': 'batch',
  'audit-webhook-batch-buffer-size': BATCH['batch-buffer-size'],
  'audit-webhook-batch-max-size': '400',
  'audit-webhook-batch-max-wait': '30s',
  'audit-webhook-batch-throttle-enable': 'true',
  'audit-webhook-batch-throttle-qps': BATCH['batch-throttle-qps'],
  'audit-webhook-batch-throttle-burst': BATCH['batch-throttle-burst'],
} as const

type Flags = Readonly<Record<keyof typeof AUDIT_FLAGS, string>>

const MODES = ['batch', 'blocking', 'blocking-strict'] as const
const MEGABYTE = 1024 * 1024
const DAY_MS = 86_400_000

/** Undefined without a policy: nothing is noted. Throws `FlagError`. */
export function auditOf(flags: Flags, { log }: { log: Log }): AuditOptions | undefined {
  const text = fileOf('audit-policy-file', flags['audit-policy-file'])
  if (text === '') return undefined
  const policy = parsedFlag('audit-policy-file', () => new AuditPolicy(text))
  const sinks = [logSink(flags, log), webhookSink(flags, log)].filter((sink) => sink !== undefined)
  return sinks.length === 0 ? undefined : { policy, sinks }
}

function logSink(flags: Flags, log: Log): AuditSink | undefined {
  const path = flags['audit-log-path']
  if (path === '') return undefined
  const format = flags['audit-log-format']
  if (format !== 'json' && format !== 'legacy') {
    throw new FlagError(
      `invalid audit log format ${format}, allowed formats are ${JSON.stringify('legacy,json')}`,
    )
  }
  const file = path === '-' ? standardOutput : parsedFlag('audit-log-path', () => fileFor(flags))
  const lineOf = format === 'json' ? (event: AuditEvent) => JSON.stringify(event) : legacyLine
  const write = (event: AuditEvent) => file.write(lineOf(event))
  const mode = modeOf('audit-log-mode', flags)
  const parts = { clock: systemClock, log }
  if (mode !== 'batch') return waitedFor(write, { mode }, parts)
  const send = (events: readonly AuditEvent[]) => events.forEach(write)
  return batchingSink(batchOf('audit-log', flags), { ...parts, send })
}

const standardOutput = { write: (line: string) => void process.stdout.write(`${line}\n`) }

function fileFor(flags: Flags) {
  return rotatingFile({
    path: flags['audit-log-path'],
    maxBytes: numberOf('audit-log-maxsize', flags) * MEGABYTE || Number.POSITIVE_INFINITY,
    maxBackups: numberOf('audit-log-maxbackup', flags),
    maxAgeMs: numberOf('audit-log-maxage', flags) * DAY_MS,
  })
}

function webhookSink(flags: Flags, log: Log): AuditSink | undefined {
  const flag = 'audit-webhook-config-file'
  if (flags[flag] === '') return undefined
  const mode = modeOf('audit-webhook-mode', flags)
  const initialBackoffMs = durationOf('audit-webhook-initial-backoff', flags)
  const options = { server: readJudge(flag, flags[flag]), mode, initialBackoffMs }
  const parts = { call: outboundHttps().call, clock: systemClock, log }
  if (mode !== 'batch') return blockingSink(options, parts)
  const send = auditWebhook(options, parts)
  return batchingSink(batchOf('audit-webhook', flags), { ...parts, send })
}

function batchOf(of: 'audit-log' | 'audit-webhook', flags: Flags): BatchOptions {
  const options = {
    bufferSize: numberOf(`${of}-batch-buffer-size`, flags),
    maxSize: numberOf(`${of}-batch-max-size`, flags),
    maxWaitMs: durationOf(`${of}-batch-max-wait`, flags),
  }
  if (options.bufferSize <= 0 || options.maxSize <= 0) {
    throw new FlagError(`invalid ${of}-batch: the sizes must be positive numbers`)
  }
  if (flags[`${of}-batch-throttle-enable`] !== 'true') return options
  const qps = Number(flags[`${of}-batch-throttle-qps`])
  const burst = numberOf(`${of}-batch-throttle-burst`, flags)
  if (qps > 0 && burst > 0) return { ...options, throttle: { qps, burst } }
  throw new FlagError(`invalid ${of}-batch-throttle: qps and burst must be positive numbers`)
}

function modeOf(flag: 'audit-log-mode' | 'audit-webhook-mode', flags: Flags) {
  const mode = MODES.find((each) => each === flags[flag])
  if (mode) return mode
  throw new FlagError(
    `invalid ${flag} "${flags[flag]}", allowed modes are ${JSON.stringify(MODES.join(','))}`,
  )
}

function numberOf(flag: keyof Flags, flags: Flags): number {
  if (/^\d+$/.test(flags[flag])) return Number(flags[flag])
  throw new FlagError(`--${flag}: "${flags[flag]}" must be a non-negative whole number`)
}

function durationOf(flag: keyof Flags, flags: Flags): number {
  const ms = goDurationMs(flags[flag])
  if (ms !== undefined && ms >= 0) return ms
  throw new FlagError(`--${flag}: "${flags[flag]}" is no duration, such as 30s`)
}

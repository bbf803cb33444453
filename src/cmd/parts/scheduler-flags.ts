import { parse } from 'yaml'
import { readSchedulerConfig } from '../../master/scheduler/index.ts'
import { outboundHttps } from '../../platform/index.ts'
import type { CandidateParts } from './candidates.ts'
import { parsedFlag } from './config-files.ts'
import { extendersOf } from './extenders.ts'
import { fileOf } from './flags.ts'

/** Flags of kube-scheduler about scheduling itself. */
export const SCHEDULER_FLAGS = { config: '' } as const

/** Throws `FlagError` for what cannot be read or meant. */
export function schedulerBy(
  { config }: Readonly<Record<keyof typeof SCHEDULER_FLAGS, string>>,
  parts: Pick<CandidateParts, 'clock' | 'log'>,
): Pick<CandidateParts, 'scheduler' | 'extenders'> {
  if (config === '') return {}
  const text = fileOf('config', config)
  const scheduler = parsedFlag('config', () => readSchedulerConfig(parse(text)))
  const { call } = outboundHttps()
  return { scheduler, extenders: extendersOf(scheduler, { ...parts, call }) }
}

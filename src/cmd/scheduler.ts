import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import { outboundHttps } from '../platform/index.ts'
import { readSchedulerConfig, SchedulerConfigError } from '../master/scheduler/index.ts'
import { schedulerCandidate } from './parts/candidates.ts'
import { extendersOf } from './parts/extenders.ts'
import { FlagError } from './parts/flags.ts'
import { endWith, runLeading } from './parts/leading.ts'

/** `navarch scheduler`: as kube-scheduler, for any Kubernetes API. */
const main = runLeading({
  command: 'scheduler',
  purpose: 'gives pods their nodes, for any Kubernetes API.',
  flags: { config: '' },
  candidate: (parts, flags) => {
    if (flags.config === '') return schedulerCandidate(parts)
    const scheduler = readConfig(flags.config)
    const { call } = outboundHttps()
    const extenders = extendersOf(scheduler, { ...parts, call })
    return schedulerCandidate({ ...parts, scheduler, extenders })
  },
})

function readConfig(path: string) {
  try {
    return readSchedulerConfig(parse(readFileSync(path, 'utf8')))
  } catch (error) {
    if (error instanceof SchedulerConfigError) throw new FlagError(`--config: ${error.message}`)
    throw new FlagError(`--config: cannot read ${path}`)
  }
}

endWith('scheduler', main)

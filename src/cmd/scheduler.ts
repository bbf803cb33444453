import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import { readSchedulerConfig, SchedulerConfigError } from '../master/scheduler/index.ts'
import { schedulerCandidate } from './parts/candidates.ts'
import { FlagError } from './parts/flags.ts'
import { endWith, runLeading } from './parts/leading.ts'

/** `navarch scheduler`: as kube-scheduler, for any Kubernetes API. */
const main = runLeading({
  command: 'scheduler',
  purpose: 'gives pods their nodes, for any Kubernetes API.',
  flags: { config: '' },
  candidate: (parts, { config }) =>
    schedulerCandidate({ ...parts, ...(config !== '' && { scheduler: readConfig(config) }) }),
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

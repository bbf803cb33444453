import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'

/** What the kernel says of a process; undefined when there is none. */
export interface ProcessFacts {
  readonly startTime: string
  /** Dead, but not yet asked for its exit status by its parent. */
  readonly zombie: boolean
}

const HAS_PROC = existsSync('/proc/self/stat')

export function processFacts(pid: number): ProcessFacts | undefined {
  return HAS_PROC ? fromProc(pid) : fromPs(pid)
}

function fromProc(pid: number): ProcessFacts | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    // The name in parentheses may hold spaces and parentheses: fields are counted after it.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return { startTime: fields[19] ?? '', zombie: fields[0] === 'Z' || fields[0] === 'X' }
  } catch {
    return undefined
  }
}

function fromPs(pid: number): ProcessFacts | undefined {
  try {
    const args = ['-o', 'stat=,lstart=', '-p', String(pid)]
    const line = execFileSync('ps', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
    const [state = '', ...start] = line.trim().split(/\s+/)
    return state === '' ? undefined : { startTime: start.join(' '), zombie: state.startsWith('Z') }
  } catch {
    return undefined
  }
}

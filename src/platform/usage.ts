import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { cpus, freemem, totalmem } from 'node:os'
import { promisify } from 'node:util'
import type { HostUsage, ProcessIdentity, Usage, UsageMeter } from '../base/index.ts'
import { processFacts } from './process-table.ts'

/** USER_HZ: what Linux counts processor time in, on every architecture of today. */
const TICKS_PER_SECOND = 100
const OUTPUT_BYTES_MAX = 16 * 1024 * 1024
const HAS_PROC = existsSync('/proc/self/stat')

/** One process of the machine. */
export interface ProcessRow extends Usage {
  readonly pid: number
  readonly parent: number
  /** The session; where that is not told, the process group. */
  readonly session: number
}

/** Of Linux by /proc, of other systems by `ps`. */
export function systemUsage(): UsageMeter {
  return {
    async trees(roots) {
      if (roots.length === 0) return []
      const rows = HAS_PROC ? await rowsOfProc() : await rowsOfPs()
      return usageOfTrees(rows, roots.map(alive))
    },
    host: hostUsage,
  }
}

const alive = ({ pid, startTime }: ProcessIdentity) =>
  processFacts(pid)?.startTime === startTime ? pid : undefined

/**
 * A tree is a process, its session (what has lost its parent stays in it), and all descendants.
 * Time of children that have ended is their parent's.
 */
export function usageOfTrees(
  rows: readonly ProcessRow[],
  roots: readonly (number | undefined)[],
): (Usage | undefined)[] {
  const byPid = new Map(rows.map((row) => [row.pid, row]))
  const wanted = new Set(roots)
  const sums = new Map<number, { cpuSeconds: number; memoryBytes: number }>()
  for (const row of rows) {
    const root = rootOf(row, byPid, wanted)
    if (root === undefined) continue
    const sum = sums.get(root) ?? { cpuSeconds: 0, memoryBytes: 0 }
    sum.cpuSeconds += row.cpuSeconds
    sum.memoryBytes += row.memoryBytes
    sums.set(root, sum)
  }
  return roots.map((root) => (root === undefined ? undefined : sums.get(root)))
}

function rootOf(
  row: ProcessRow,
  byPid: ReadonlyMap<number, ProcessRow>,
  wanted: ReadonlySet<number | undefined>,
): number | undefined {
  const seen = new Set<number>()
  let at: ProcessRow | undefined = row
  while (at && !seen.has(at.pid)) {
    if (wanted.has(at.pid)) return at.pid
    if (wanted.has(at.session)) return at.session
    seen.add(at.pid)
    at = byPid.get(at.parent)
  }
  return undefined
}

async function rowsOfProc(): Promise<ProcessRow[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const rows = await Promise.all(pids.map(rowOfProc))
  return rows.filter((row) => row !== undefined)
}

async function rowOfProc(pid: string): Promise<ProcessRow | undefined> {
  try {
    const [stat, status] = await Promise.all([
      readFile(`/proc/${pid}/stat`, 'latin1'),
      readFile(`/proc/${pid}/status`, 'latin1'),
    ])
    // The name in parentheses may hold spaces and parentheses: fields are counted after it.
    const fields = stat
      .slice(stat.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number)
    const ticks = fields.slice(11, 15).reduce((sum, part) => sum + part, 0)
    const kilobytes = Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? 0)
    return {
      pid: Number(pid),
      parent: fields[1] ?? 0,
      session: fields[3] ?? 0,
      cpuSeconds: ticks / TICKS_PER_SECOND,
      memoryBytes: kilobytes * 1024,
    }
  } catch {
    // It has ended meanwhile.
    return undefined
  }
}

async function rowsOfPs(): Promise<ProcessRow[]> {
  const args = ['-A', '-o', 'pid=,ppid=,pgid=,rss=,time=']
  const { stdout } = await promisify(execFile)('ps', args, { maxBuffer: OUTPUT_BYTES_MAX })
  return rowsOfPsText(stdout)
}

/** The rows of `ps -o pid=,ppid=,pgid=,rss=,time=`. */
export function rowsOfPsText(text: string): ProcessRow[] {
  const lines = text.split('\n').filter((line) => line.trim() !== '')
  return lines.map((line) => {
    const [pid, parent, session, kilobytes, time = ''] = line.trim().split(/\s+/)
    return {
      pid: Number(pid),
      parent: Number(parent),
      session: Number(session),
      memoryBytes: Number(kilobytes) * 1024,
      cpuSeconds: secondsOf(time),
    }
  })
}

/** `[[days-]hours:]minutes:seconds[.hundredths]` */
function secondsOf(time: string): number {
  const [clock = '', days = '0'] = time.split('-').reverse()
  return clock.split(':').reduce((sum, part) => sum * 60 + Number(part), 0) + Number(days) * 86_400
}

async function hostUsage(): Promise<HostUsage> {
  const times = cpus().map(({ times: { user, nice, sys, irq } }) => user + nice + sys + irq)
  const cpuSeconds = times.reduce((sum, ms) => sum + ms, 0) / 1000
  const memoryTotalBytes = totalmem()
  const free = HAS_PROC ? await availableBytes() : undefined
  return { cpuSeconds, memoryTotalBytes, memoryBytes: memoryTotalBytes - (free ?? freemem()) }
}

/** What could be had without swapping: caches are not in use. */
async function availableBytes(): Promise<number | undefined> {
  const text = await readFile('/proc/meminfo', 'latin1')
  const kilobytes = /^MemAvailable:\s+(\d+) kB/m.exec(text)?.[1]
  return kilobytes === undefined ? undefined : Number(kilobytes) * 1024
}

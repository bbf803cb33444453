import { readdirSync, readFileSync } from 'node:fs'
import type { ProcessStats } from '../base/index.ts'

const startedMs = Date.now() - process.uptime() * 1000

/** How this process does now. What only Linux tells is undefined elsewhere. */
export function processStats(): ProcessStats {
  const { user, system } = process.cpuUsage()
  const { rss } = process.memoryUsage()
  return {
    cpuSeconds: (user + system) / 1e6,
    residentBytes: rss,
    virtualBytes: virtualBytes(),
    startSeconds: startedMs / 1000,
    openFiles: tryTo(() => readdirSync('/proc/self/fd').length),
    openFilesMax: limit('Max open files'),
    virtualBytesMax: limit('Max address space'),
    networkReceivedBytes: octets('InOctets'),
    networkSentBytes: octets('OutOctets'),
  }
}

function virtualBytes(): number | undefined {
  return tryTo(() => {
    const status = readFileSync('/proc/self/status', 'utf8')
    return Number(/^VmSize:\s+(\d+) kB/m.exec(status)?.[1]) * 1024
  })
}

function limit(name: string): number | undefined {
  return tryTo(() => {
    const limits = readFileSync('/proc/self/limits', 'utf8')
    const text = new RegExp(`^${name}\\s+(\\w+)`, 'm').exec(limits)?.[1]
    return text === 'unlimited' ? Infinity : Number(text)
  })
}

/** A line of names, and one of their values below it. */
function octets(name: string): number | undefined {
  return tryTo(() => {
    const text = readFileSync('/proc/self/net/netstat', 'utf8')
    const [names, values] = text.split('\n').filter((line) => line.startsWith('IpExt:'))
    const at = names?.split(' ').indexOf(name) ?? -1
    return Number(values?.split(' ')[at])
  })
}

function tryTo(read: () => number): number | undefined {
  try {
    const value = read()
    return Number.isNaN(value) ? undefined : value
  } catch {
    return undefined
  }
}

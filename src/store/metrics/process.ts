import type { ProcessStats } from '../../base/index.ts'
import type { Registry } from './registry.ts'

/** Prometheus' usual metrics of a process, and etcd's of its files. */
export function processMetrics(registry: Registry, stats: () => ProcessStats): void {
  const ask = (name: string, help: string, pick: (now: ProcessStats) => number | undefined) =>
    registry.ask(name, help, () => pick(stats()))
  registry.ask(
    'process_cpu_seconds_total',
    'Total user and system CPU time spent in seconds.',
    () => stats().cpuSeconds,
    'counter',
  )
  const carried = (name: string, help: string, pick: (now: ProcessStats) => number | undefined) =>
    registry.ask(`process_network_${name}_bytes_total`, help, () => pick(stats()), 'counter')
  carried('receive', 'Bytes received over the network.', (now) => now.networkReceivedBytes)
  carried('transmit', 'Bytes sent over the network.', (now) => now.networkSentBytes)
  ask('process_resident_memory_bytes', 'Resident memory.', (now) => now.residentBytes)
  ask('process_virtual_memory_bytes', 'Virtual memory.', (now) => now.virtualBytes)
  ask('process_virtual_memory_max_bytes', 'Most virtual memory.', (now) => now.virtualBytesMax)
  ask('process_start_time_seconds', 'Start, in Unix time.', (now) => now.startSeconds)
  ask('process_open_fds', 'Open files.', (now) => now.openFiles)
  ask('process_max_fds', 'Files that may be open.', (now) => now.openFilesMax)
  ask('os_fd_used', 'Open files.', (now) => now.openFiles)
  ask('os_fd_limit', 'Files that may be open.', (now) => now.openFilesMax)
}

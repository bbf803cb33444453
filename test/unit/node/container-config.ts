import type { ContainerConfig } from '../../../src/node/kubelet/runtime/types.ts'

/** A container of the process runtime that sleeps for a minute, but for what is given. */
export function containerConfig(over: Partial<ContainerConfig> = {}): ContainerConfig {
  return {
    name: 'web',
    attempt: 0,
    image: 'any',
    command: ['sleep', '60'],
    args: [],
    env: { PATH: process.env.PATH ?? '' },
    workingDir: undefined,
    mounts: [],
    files: [],
    hash: 'any',
    terminationMessagePath: '/dev/termination-log',
    fallbackToLogs: false,
    ...over,
  }
}

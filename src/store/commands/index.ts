export type { Command, CommandCall, Outcome } from './command.ts'
export { leaseKey } from './leases.ts'
export { runCommand } from './table.ts'

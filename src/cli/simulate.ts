import { Command } from 'commander'
import { wholeNumber } from './options.ts'
import { type CliPorts, type SimulateOptions, UserError } from './ports.ts'

/** `navarch simulate`: Raft and the store under seeded faults, in virtual time. */
export function simulateCommand(ports: CliPorts): Command {
  return new Command('simulate')
    .description('try the store under seeded faults (loss, partitions, kills) in virtual time')
    .option('--seed <number>', 'replay one seed, twice', wholeNumber(0, 2 ** 32 - 1))
    .option('--seeds <number>', 'how many seeds (default: 200)', wholeNumber(1, 1e9))
    .action(async (options: SimulateOptions) => {
      if (!(await ports.simulate(options))) throw new UserError('a promise was broken')
    })
}

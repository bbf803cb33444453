import { present } from '../../base/index.ts'
import type { Tag } from '../payload.ts'
import type { Command, CommandContext, Outcome } from './command.ts'
import { keyCommands } from './keys.ts'
import { leaseCommands } from './leases.ts'

/** What each tag asks for: a file for each group of commands. */
const COMMANDS: Readonly<Record<Tag, Command>> = { ...keyCommands, ...leaseCommands }

/** Runs the command of one entry. Throws `KvError` for what is refused. */
export function runCommand(payload: Uint8Array, on: CommandContext): Outcome {
  const tag = payload[0] as Tag
  return present(COMMANDS[tag], `a command of tag ${tag}`)(payload, on)
}

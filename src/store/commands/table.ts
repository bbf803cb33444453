import { present } from '../../base/index.ts'
import { readPayload, type Tag } from '../payload.ts'
import type { Who } from '../auth/index.ts'
import type { Command, CommandCall, Outcome } from './command.ts'
import { alarmCommands } from './alarms.ts'
import { authCommands } from './auth.ts'
import { keyCommands } from './keys.ts'
import { leaseCommands } from './leases.ts'
import { memberCommands } from './members.ts'

/** What each tag asks for: a file for each group of commands. */
const COMMANDS: Readonly<Record<Tag, Command>> = {
  ...keyCommands,
  ...leaseCommands,
  ...authCommands,
  ...memberCommands,
  ...alarmCommands,
}

/** Runs the command of one entry, on what `onBehalfOf` gives. Throws `KvError` for what is refused. */
export function runCommand(payload: Uint8Array, onBehalfOf: (who: Who) => CommandCall): Outcome {
  const { tag, who, start } = readPayload(payload)
  const command = present(COMMANDS[tag], `a command of tag ${tag}`)
  return command(start === 1 ? payload : payload.subarray(start - 1), onBehalfOf(who))
}

import type { WalContents } from './contents.ts'
import type { WalRecord } from './records.ts'

/** The newest record of each kind apart from entries: what a new segment begins with. */
export type LatestRecords = Map<WalRecord['type'], WalRecord>

export function latestOf(contents: WalContents): LatestRecords {
  const latest: LatestRecords = new Map()
  remember(latest, { type: 'base', base: contents.base })
  remember(latest, { type: 'membership', membership: contents.membership })
  remember(latest, { type: 'hard-state', hardState: contents.hardState })
  if (contents.incoming) remember(latest, { type: 'incoming', ...contents.incoming })
  return latest
}

export function remember(latest: LatestRecords, record: WalRecord): void {
  switch (record.type) {
    case 'entry':
      latest.delete('incoming')
      return
    case 'reset':
      // Repeated as a base: entries behind it, in this segment or older ones, stay.
      latest.set('base', { type: 'base', base: record.base })
      latest.delete('incoming')
      return
    default:
      latest.set(record.type, record)
  }
}

export function recordsOf(latest: LatestRecords): WalRecord[] {
  return [...latest.values()]
}

import type { Route } from '../handler.ts'
import type { Fairness } from './fairness.ts'

const ROOT = '/debug/api_priority_and_fairness/'

/** Tables of what is served and what waits, for administrators who wonder (KEP-1040). */
export function fairnessDumps(fairness: Fairness): Route {
  const tables: Readonly<Record<string, () => string[][]>> = {
    dump_priority_levels: () => levelsOf(fairness),
    dump_queues: () => queuesOf(fairness),
    dump_requests: () => requestsOf(fairness),
  }
  return ({ info }) => {
    if (!info.path.startsWith(ROOT)) return Promise.resolve(undefined)
    const table = tables[info.path.slice(ROOT.length)]
    if (!table) return Promise.resolve(undefined)
    const text = table()
      .map((row) => `${row.join(', ')}\n`)
      .join('')
    const headers = { 'content-type': 'text/plain; charset=utf-8' }
    return Promise.resolve({ status: 200, headers, body: Buffer.from(text) })
  }
}

function levelsOf(fairness: Fairness): string[][] {
  const head = [
    'PriorityLevelName',
    'ActiveQueues',
    'IsIdle',
    'IsQuiescing',
    'WaitingRequests',
    'ExecutingRequests',
    'DispatchedRequests',
    'RejectedRequests',
    'TimedoutRequests',
    'CancelledRequests',
  ]
  const rows = [...fairness.levels()].map(([name, { isExempt, level }]) => {
    if (isExempt) return [name, ...Array<string>(head.length - 1).fill('<none>')]
    const { executing, dispatched, rejected, timedOut } = level.counts
    const isIdle = executing + level.waiting === 0
    const numbers = [level.waiting, executing, dispatched, rejected, timedOut, 0]
    return [name, `${level.queues().length}`, `${isIdle}`, 'false', ...numbers.map(String)]
  })
  return [head, ...rows]
}

function queuesOf(fairness: Fairness): string[][] {
  const head = ['PriorityLevelName', 'Index', 'PendingRequests', 'InitialSeatsSum']
  const rows = [...fairness.levels()].flatMap(([name, { level }]) =>
    level.queues().map(({ index, waiting }) => {
      const seats = waiting.reduce((sum, ask) => sum + ask.seats, 0)
      return [name, `${index}`, `${waiting.length}`, `${seats}`]
    }),
  )
  return [head, ...rows]
}

function requestsOf(fairness: Fairness): string[][] {
  const head = [
    'PriorityLevelName',
    'FlowSchemaName',
    'QueueIndex',
    'RequestIndexInQueue',
    'FlowDistingsher',
    'InitialSeats',
  ]
  const rows = [...fairness.levels()].flatMap(([name, { level }]) =>
    level.queues().flatMap(({ index, waiting }) =>
      waiting.map(({ flow, seats }, i) => {
        const [schema = '', ...distinguisher] = flow.split('/')
        return [name, schema, `${index}`, `${i}`, distinguisher.join('/'), `${seats}`]
      }),
    ),
  )
  return [head, ...rows]
}

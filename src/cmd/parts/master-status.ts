import type { HttpHandler } from '../../base/index.ts'
import type { StoreThread } from './store-thread.ts'

/** The path where a master tells of itself, beside the Kubernetes API. */
export const STATUS_PATH = '/navarch/status'

const HEALTH_TIMEOUT_MS = 1000

export interface MasterStatusParts {
  readonly name: string
  readonly store: StoreThread
  /** The API server of the master. */
  readonly api: HttpHandler
  /** Whether the cluster's endpoint is held, by this master or another. */
  readonly endpoint: { readonly held: boolean }
  leads(): { controllers: boolean; scheduler: boolean }
}

/** Answers `STATUS_PATH` to those who show a certificate of the cluster. */
export function masterStatusHandler(parts: MasterStatusParts): HttpHandler {
  return async (request) => {
    if (!request.identity) return json(401, { message: 'Unauthorized' })
    if (!request.identity.organizations.includes(MASTERS))
      return json(403, { message: 'Forbidden' })
    const [{ id, leader, role, term, commitIndex, appliedIndex }, healthy] = await Promise.all([
      parts.store.status(),
      isReady(parts.api),
    ])
    return json(200, {
      name: parts.name,
      raft: { role, term, commitIndex, appliedIndex },
      leads: { store: leader === id, ...parts.leads() },
      healthy: healthy && parts.endpoint.held,
    })
  }
}

const MASTERS = 'system:masters'
const SELF = { commonName: 'system:apiserver', organizations: [MASTERS] }

/** What `/readyz` says: the store has a leader and a majority, and the API all that it needs. */
async function isReady(api: HttpHandler): Promise<boolean> {
  const stop = new AbortController()
  const timer = setTimeout(() => stop.abort(new Error('timed out')), HEALTH_TIMEOUT_MS)
  try {
    const { signal } = stop
    const what = { method: 'GET', url: '/readyz', headers: {}, body: undefined }
    // The server itself: others may be turned away without a credential.
    return (await api({ ...what, identity: SELF, signal })).status === 200
  } catch {
    return false
  } finally {
    clearTimeout(timer)
  }
}

function json(status: number, value: unknown) {
  const headers = { 'content-type': 'application/json' }
  return { status, headers, body: Buffer.from(JSON.stringify(value)) }
}

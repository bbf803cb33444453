import {
  type Clock,
  ConnectionError,
  type HttpsCall,
  type Log,
  sleep,
} from '../../../base/index.ts'
import type { JudgeOptions } from '../judges/index.ts'
import { AnswerError, callText, jsonEndpoint } from '../outbound-json.ts'
import type { AuditEvent, AuditSink } from './audit.ts'
import { Losses } from './losses.ts'

export interface AuditWebhookOptions {
  /** As a kubeconfig of it says. */
  readonly server: Omit<JudgeOptions, 'version' | 'timeoutMs'>
  /** `blocking`: a request waits until it is noted; with `strict` it fails when it cannot be. */
  readonly mode: 'batch' | 'blocking' | 'blocking-strict'
  /** Default ten seconds. */
  readonly initialBackoffMs?: number
}

export interface AuditWebhookParts {
  readonly call: HttpsCall
  readonly clock: Clock
  readonly log: Log
}

const INITIAL_BACKOFF_MS = 10_000
const BACKOFF_FACTOR = 1.5
const ATTEMPTS = 5

/** Sends events to a server of others, as EventLists. */
export function auditWebhook(
  { server, initialBackoffMs = INITIAL_BACKOFF_MS }: AuditWebhookOptions,
  { call, clock }: Omit<AuditWebhookParts, 'log'>,
): (events: readonly AuditEvent[], signal: AbortSignal) => Promise<void> {
  const { url, authorization, ...how } = server
  const endpoint = jsonEndpoint(url, how)
  return async (events, signal) => {
    const body = { kind: 'EventList', apiVersion: 'audit.k8s.io/v1', metadata: {}, items: events }
    const headers: Record<string, string> = authorization === undefined ? {} : { authorization }
    for (let attempt = 0; ; attempt++) {
      try {
        await callText(call, endpoint, { body, headers, signal })
        return
      } catch (error) {
        if (attempt + 1 >= ATTEMPTS || !mayPass(error)) throw error
        await sleep(clock, initialBackoffMs * BACKOFF_FACTOR ** attempt, { signal })
      }
    }
  }
}

function mayPass(error: unknown): boolean {
  if (error instanceof ConnectionError) return true
  return error instanceof AnswerError && (error.status === 429 || error.status >= 500)
}

/** A server that each request waits for. */
export function blockingSink(options: AuditWebhookOptions, parts: AuditWebhookParts): AuditSink {
  const send = auditWebhook(options, parts)
  return waitedFor((event) => send([event], new AbortController().signal), options, parts)
}

/** Requests wait for `write`. One that is not noted fails only where that is strict, at first. */
export function waitedFor(
  write: (event: AuditEvent) => Promise<void> | void,
  { mode }: Pick<AuditWebhookOptions, 'mode'>,
  parts: Omit<AuditWebhookParts, 'call'>,
): AuditSink {
  const losses = new Losses(parts)
  return {
    async write(event) {
      try {
        await write(event)
      } catch (error) {
        losses.add(1, error)
        if (mode === 'blocking-strict' && event.stage === 'RequestReceived') throw error
      }
    },
  }
}

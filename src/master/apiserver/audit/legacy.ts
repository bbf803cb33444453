import type { AuditEvent } from './audit.ts'

interface Person {
  readonly username?: string
  readonly groups?: readonly string[]
}

const NONE = '<none>'

/** An event as one line of text, as kube-apiserver's `--audit-log-format=legacy`. */
export function legacyLine(event: AuditEvent): string {
  const {
    user,
    impersonatedUser: acting,
    objectRef,
    responseStatus,
    sourceIPs,
  } = event as {
    user?: Person
    impersonatedUser?: Person
    objectRef?: { readonly namespace?: string }
    responseStatus?: { readonly code?: number }
    sourceIPs?: readonly string[]
  }
  const quoted = (value: unknown) => JSON.stringify(value ?? '')
  const groups = (names: readonly string[] | undefined) =>
    quoted(names?.map((name) => JSON.stringify(name)).join(',') || NONE)
  const fields: readonly (readonly [string, string])[] = [
    ['id', quoted(event['auditID'])],
    ['stage', quoted(event.stage)],
    ['ip', quoted(sourceIPs?.[0] ?? NONE)],
    ['method', quoted(event['verb'])],
    ['user', quoted(user?.username || NONE)],
    ['groups', groups(user?.groups)],
    ['as', quoted(acting?.username ?? '<self>')],
    ['asgroups', acting ? groups(acting.groups) : quoted('<lookup>')],
    ['user-agent', quoted(event['userAgent'])],
    ['namespace', quoted(objectRef?.namespace ?? NONE)],
    ['uri', quoted(event['requestURI'])],
    [
      'response',
      quoted(responseStatus?.code === undefined ? '<deferred>' : `${responseStatus.code}`),
    ],
  ]
  const time = String(event['requestReceivedTimestamp'])
  return `${time} AUDIT: ${fields.map(([name, value]) => `${name}=${value}`).join(' ')}`
}

import type { FieldError } from '../../../../api/index.ts'

export type Level = 'privileged' | 'baseline' | 'restricted'

const LEVELS: readonly Level[] = ['privileged', 'baseline', 'restricted']

/** A level as of a minor version of Kubernetes; undefined is the latest. */
export interface LevelVersion {
  readonly level: Level
  readonly minor: number | undefined
}

/** What a namespace asks of its pods, by mode. */
export interface Policy {
  /** Refuse what does not comply. */
  readonly enforce: LevelVersion
  /** Note it in the audit log. */
  readonly audit: LevelVersion
  /** Tell the client. */
  readonly warn: LevelVersion
}

export const PRIVILEGED: LevelVersion = { level: 'privileged', minor: undefined }
export const DEFAULT_POLICY: Policy = { enforce: PRIVILEGED, audit: PRIVILEGED, warn: PRIVILEGED }

export const isPrivileged = ({ enforce, audit, warn }: Policy): boolean =>
  [enforce, audit, warn].every(({ level }) => level === 'privileged')

/** `restricted:latest`, `baseline:v1.30`. */
export function policyText({ level, minor }: LevelVersion): string {
  return `${level}:${minor === undefined ? 'latest' : `v1.${minor}`}`
}

export function compareLevels(a: Level, b: Level): number {
  return LEVELS.indexOf(a) - LEVELS.indexOf(b)
}

const PREFIX = 'pod-security.kubernetes.io/'

/** The policy in a namespace's labels, and what is wrong with them. */
export function policyOf(
  labels: Readonly<Record<string, string>>,
  defaults: Policy = DEFAULT_POLICY,
): { policy: Policy; errors: FieldError[] } {
  const errors: FieldError[] = []
  const read = <T>(label: string, parse: (text: string) => T | string): T | undefined => {
    const text = labels[PREFIX + label]
    if (text === undefined) return undefined
    const value = parse(text)
    if (typeof value !== 'string') return value
    const field = `metadata.labels[${PREFIX}${label}]`
    const detail = `Invalid value: ${JSON.stringify(text)}: ${value}`
    errors.push({ type: 'FieldValueInvalid', field, detail })
    return undefined
  }
  const mode = (name: 'enforce' | 'audit' | 'warn', onBad: Level): LevelVersion => {
    const given = labels[PREFIX + name] !== undefined
    const level = read(name, parseLevel)?.level ?? (given ? onBad : defaults[name].level)
    const version = read(`${name}-version`, parseVersion)
    const versioned = labels[`${PREFIX}${name}-version`] !== undefined
    return { level, minor: version ? version.minor : versioned ? undefined : defaults[name].minor }
  }
  // What cannot be read is taken as strict where it is enforced, and as open elsewhere.
  const enforce = mode('enforce', 'restricted')
  const badEnforce = errors.some(({ field }) => field.endsWith('/enforce]'))
  const audit = mode('audit', 'privileged')
  const warn = mode('warn', 'privileged')
  const follows =
    labels[`${PREFIX}warn`] === undefined &&
    labels[`${PREFIX}enforce`] !== undefined &&
    !badEnforce &&
    compareLevels(enforce.level, warn.level) > 0
  if (!follows) return { policy: { enforce, audit, warn }, errors }
  // Clients hear of what is enforced on pods already when they write what makes pods.
  const hasVersion = labels[`${PREFIX}warn-version`] !== undefined
  const minor = hasVersion ? warn.minor : enforce.minor
  return { policy: { enforce, audit, warn: { level: enforce.level, minor } }, errors }
}

export function parseLevel(text: string): { level: Level } | string {
  const level = LEVELS.find((one) => one === text)
  return level ? { level } : `must be one of ${LEVELS.join(', ')}`
}

export function parseVersion(text: string): { minor: number | undefined } | string {
  if (text === 'latest') return { minor: undefined }
  const minor = /^v1\.(0|[1-9]\d*)$/.exec(text)?.[1]
  return minor === undefined ? 'must be "latest" or "v1.x"' : { minor: Number(minor) }
}

import { readFileSync } from 'node:fs'
import { parse as parseYaml } from 'yaml'
import { ALIASES, ETCD_FLAGS, type EtcdFlag, type EtcdFlagName } from './etcd-flag-table.ts'
import { FlagError } from './flags.ts'

/** A configuration that is understood, and cannot be run; etcd ends with 1 for it. */
export class EtcdConfigError extends Error {
  override readonly name = 'EtcdConfigError'
}

export interface EtcdFlags {
  /** The flag's value: given, from the environment, or its default. */
  get(name: EtcdFlagName): string
  /** Whether somebody gave it. */
  isSet(name: EtcdFlagName): boolean
  /** What was given in vain, with the reason. */
  readonly warnings: readonly { readonly flag: string; readonly why: string }[]
}

/**
 * etcd's flags as Go's package takes them (`-name`, `--name value`, `--name=value`), then variables
 * (`ETCD_NAME`), then defaults; or what `--config-file` says, alone. Throws `FlagError` in Go's words.
 */
export function readEtcdFlags(args: readonly string[], env: NodeJS.ProcessEnv): EtcdFlags {
  const given = readArgs(args)
  const file = given.get('config-file') ?? env['ETCD_CONFIG_FILE']
  if (file) return flagsOf(readFile(file))
  const unknown: string[] = []
  for (const [variable, value = ''] of Object.entries(env)) {
    if (!variable.startsWith(PREFIX) || value === '' || OWN_VARIABLES.has(variable)) continue
    const name = variable.slice(PREFIX.length).toLowerCase().replaceAll('_', '-')
    const flag = ETCD_FLAGS[name]
    if (!flag) unknown.push(variable)
    else if (!given.has(name)) given.set(name, checked(name, flag, value))
  }
  return flagsOf(given, unknown)
}

const PREFIX = 'ETCD_'
/** What says something else than a flag's value. */
const OWN_VARIABLES: ReadonlySet<string> = new Set(['ETCD_VERSION', 'ETCD_HELP', 'ETCD_H'])

function flagsOf(
  given: ReadonlyMap<string, string>,
  unknownVariables: readonly string[] = [],
): EtcdFlags {
  const values = new Map(given)
  const warnings = unknownVariables.map((variable) => {
    return { flag: variable, why: 'unrecognized environment variable' }
  })
  for (const [name, value] of given) {
    const { ignored, refused, value: usual } = ETCD_FLAGS[name] ?? {}
    if (refused !== undefined && value !== usual) {
      throw new EtcdConfigError(`--${name} is not supported: ${refused}`)
    }
    if (ignored !== undefined) warnings.push({ flag: `--${name}`, why: ignored })
    const meant = ALIASES[name]
    if (meant !== undefined && !given.has(meant)) values.set(meant, value)
  }
  return {
    get: (name) => values.get(name) ?? ETCD_FLAGS[name]?.value ?? '',
    isSet: (name) => values.has(name),
    warnings,
  }
}

function readArgs(args: readonly string[]): Map<string, string> {
  const given = new Map<string, string>()
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] ?? ''
    const match = /^--?([^-=][^=]*)(?:=(.*))?$/s.exec(arg)
    if (!match) {
      if (/^-+$|^-{3}|^-{1,2}=/.test(arg)) throw new FlagError(`bad flag syntax: ${arg}`)
      throw new EtcdConfigError(`'${arg}' is not a valid flag`)
    }
    const [, name = '', value] = match
    const flag = ETCD_FLAGS[name]
    if (!flag) throw new FlagError(`flag provided but not defined: -${name}`)
    if (flag.kind === 'switch') given.set(name, checked(name, flag, value ?? 'true'))
    else if (value !== undefined) given.set(name, checked(name, flag, value))
    else if (i + 1 < args.length) given.set(name, checked(name, flag, args[++i] ?? ''))
    else throw new FlagError(`flag needs an argument: -${name}`)
  }
  return given
}

/** The value as Go's package reads it; throws its words. */
function checked(name: string, { kind }: EtcdFlag, text: string): string {
  if (kind === 'switch') return truth(name, text)
  const isGood =
    kind === 'text' ||
    (kind === 'duration' && durationMs(text) !== undefined) ||
    (kind === 'number' && /^\d+$/.test(text)) ||
    (kind === 'integer' && /^[-+]?\d+$/.test(text))
  if (isGood) return text
  throw new FlagError(`invalid value "${text}" for flag -${name}: parse error`)
}

/** What Go reads as a boolean. */
function truth(name: string, text: string): string {
  if (/^(1|t|T|true|TRUE|True)$/.test(text)) return 'true'
  if (/^(0|f|F|false|FALSE|False)$/.test(text)) return 'false'
  throw new FlagError(`invalid boolean value "${text}" for -${name}: parse error`)
}

const SECURITY = { 'client-transport-security': '', 'peer-transport-security': 'peer-' } as const
/** Keys of these sections that a flag names otherwise. */
const SECTION_KEYS: Readonly<Record<string, string>> = {
  'allowed-cn': 'cert-allowed-cn',
  'allowed-hostname': 'cert-allowed-hostname',
  ':allowed-hostname': 'client-cert-allowed-hostname',
  ':crl-file': 'client-crl-file',
}

/** etcd's configuration file: the flags by name, with TLS in two sections. */
function readFile(path: string): Map<string, string> {
  const given = new Map<string, string>()
  let content: unknown
  try {
    content = parseYaml(readFileSync(path, 'utf8'))
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new EtcdConfigError(`error loading config file ${path}: ${why}`)
  }
  for (const [key, value] of Object.entries(content ?? {})) {
    const prefix = SECURITY[key as keyof typeof SECURITY]
    if (prefix === undefined) {
      setValue(given, key, value)
      continue
    }
    for (const [name, each] of Object.entries(value ?? {})) {
      const own = prefix === '' ? SECTION_KEYS[`:${name}`] : undefined
      setValue(given, prefix + (own ?? SECTION_KEYS[name] ?? name), each)
    }
  }
  return given
}

function setValue(given: Map<string, string>, name: string, value: unknown): void {
  const flag = ETCD_FLAGS[name]
  if (!flag) throw new EtcdConfigError(`error loading config file: unknown field "${name}"`)
  if (value === null || value === undefined || value === '') return
  // As a number a duration is in nanoseconds.
  const plain = flag.kind === 'duration' && typeof value === 'number' ? `${value / 1e6}ms` : value
  const text = Array.isArray(plain) ? plain.join(',') : `${plain as string | number | boolean}`
  given.set(name, checked(name, flag, text))
}

/** Go's durations in milliseconds: `1h30m`, `90s`; a bare 0. Undefined for anything else. */
export function durationMs(text: string): number | undefined {
  if (text === '0' || text === '') return 0
  if (!/^(\d+(\.\d+)?(h|ms|m|s|us|µs|ns))+$/.test(text)) return undefined
  const unitMs: Readonly<Record<string, number>> = {
    h: 3_600_000,
    m: 60_000,
    s: 1000,
    ms: 1,
    us: 1e-3,
    µs: 1e-3,
    ns: 1e-6,
  }
  let ms = 0
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)(h|ms|m|s|us|µs|ns)/g)) {
    ms += Number(amount) * (unitMs[unit ?? ''] ?? 0)
  }
  return ms
}

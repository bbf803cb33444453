import { readFileSync } from 'node:fs'
import { parse as parseYaml } from 'yaml'
import { ETCD_FLAGS, type EtcdFlagName } from './etcd-flag-table.ts'
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
  /** Given, and without a meaning here. */
  readonly ignored: readonly string[]
}

/**
 * etcd's flags as Go's package takes them (`-name`, `--name value`, `--name=value`), then variables
 * (`ETCD_NAME`), then defaults; or what `--config-file` says, alone. Throws `FlagError` in Go's words.
 */
export function readEtcdFlags(args: readonly string[], env: NodeJS.ProcessEnv): EtcdFlags {
  const given = readArgs(args)
  const file = given.get('config-file') ?? env['ETCD_CONFIG_FILE']
  if (file) return flagsOf(readFile(file))
  for (const name of Object.keys(ETCD_FLAGS)) {
    const value = env[`ETCD_${name.replaceAll('-', '_').toUpperCase()}`]
    if (value !== undefined && value !== '' && !given.has(name)) given.set(name, value)
  }
  return flagsOf(given)
}

function flagsOf(given: ReadonlyMap<string, string>): EtcdFlags {
  return {
    get: (name) => given.get(name) ?? ETCD_FLAGS[name]?.value ?? '',
    isSet: (name) => given.has(name),
    ignored: [...given.keys()].filter((name) => ETCD_FLAGS[name]?.no),
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
    if (flag.kind === 'switch') given.set(name, truth(name, value ?? 'true'))
    else if (value !== undefined) given.set(name, value)
    else if (i + 1 < args.length) given.set(name, args[++i] ?? '')
    else throw new FlagError(`flag needs an argument: -${name}`)
  }
  return given
}

/** What Go reads as a boolean. */
function truth(name: string, text: string): string {
  if (/^(1|t|T|true|TRUE|True)$/.test(text)) return 'true'
  if (/^(0|f|F|false|FALSE|False)$/.test(text)) return 'false'
  throw new FlagError(`invalid boolean value "${text}" for -${name}: parse error`)
}

const SECURITY = { 'client-transport-security': '', 'peer-transport-security': 'peer-' } as const

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
    if (prefix === undefined) setValue(given, key, value)
    else
      for (const [name, each] of Object.entries(value ?? {})) setValue(given, prefix + name, each)
  }
  return given
}

function setValue(given: Map<string, string>, name: string, value: unknown): void {
  if (!ETCD_FLAGS[name]) {
    throw new EtcdConfigError(`error loading config file: unknown field "${name}"`)
  }
  if (value === null || value === undefined || value === '') return
  given.set(name, Array.isArray(value) ? value.join(',') : `${value as string | number | boolean}`)
}

/** Go's durations in milliseconds: `1h30m`, `90s`; a bare 0. Undefined for anything else. */
export function durationMs(text: string): number | undefined {
  if (text === '0' || text === '') return 0
  if (!/^(\d+(\.\d+)?(h|ms|m|s))+$/.test(text)) return undefined
  const unitMs: Readonly<Record<string, number>> = { h: 3_600_000, m: 60_000, s: 1000, ms: 1 }
  let ms = 0
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)(h|ms|m|s)/g)) {
    ms += Number(amount) * (unitMs[unit ?? ''] ?? 0)
  }
  return ms
}

import { DEFAULT_CONFIG, DEFAULT_SCHEDULER_NAME, defaultChoices } from './defaults.ts'
import { readExtenders } from './extenders.ts'
import { asFields, asList, type Fields } from './fields.ts'
import {
  EXTENSION_POINTS,
  type ExtensionPoint,
  type PluginChoice,
  type ProfileConfig,
  type SchedulerConfig,
  SchedulerConfigError,
} from './types.ts'

const API_VERSION = 'kubescheduler.config.k8s.io/v1'
const KIND = 'KubeSchedulerConfiguration'

/**
 * Reads a parsed `KubeSchedulerConfiguration`. Settings that concern the process rather than its
 * decisions (`leaderElection`, `clientConnection`, …) are the command's. Throws
 * `SchedulerConfigError` naming the field.
 */
export function readSchedulerConfig(document: unknown): SchedulerConfig {
  const fields = asFields(document, 'the configuration')
  if (fields['apiVersion'] !== API_VERSION || fields['kind'] !== KIND) {
    const given = `${String(fields['apiVersion'])}, Kind=${String(fields['kind'])}`
    throw new SchedulerConfigError(
      `no kind "${KIND}" of ${API_VERSION} in the configuration: it says ${given}`,
    )
  }
  const profiles = asList(fields['profiles'] ?? [{}], 'profiles').map((profile, i) =>
    readProfile(asFields(profile, `profiles[${i}]`), `profiles[${i}]`),
  )
  requireUniqueNames(profiles)
  const initialBackoffMs = seconds(fields, 'podInitialBackoffSeconds', 1) * 1000
  const maxBackoffMs = seconds(fields, 'podMaxBackoffSeconds', 10) * 1000
  if (maxBackoffMs < initialBackoffMs) {
    throw new SchedulerConfigError(
      `podMaxBackoffSeconds: Invalid value: ${maxBackoffMs / 1000}: must be greater than or equal to PodInitialBackoffSeconds`,
    )
  }
  const percentage = percent(fields, 'percentageOfNodesToScore')
  return {
    profiles,
    extenders: readExtenders(fields['extenders']),
    percentageOfNodesToScore: percentage ?? DEFAULT_CONFIG.percentageOfNodesToScore,
    initialBackoffMs,
    maxBackoffMs,
  }
}

function readProfile(profile: Fields, path: string): ProfileConfig {
  const schedulerName = profile['schedulerName'] ?? DEFAULT_SCHEDULER_NAME
  if (typeof schedulerName !== 'string' || schedulerName === '') {
    throw new SchedulerConfigError(`${path}.schedulerName: Required value`)
  }
  const plugins = asFields(profile['plugins'] ?? {}, `${path}.plugins`)
  let choices = choose(defaultChoices(), plugins['multiPoint'], `${path}.plugins.multiPoint`)
  for (const point of EXTENSION_POINTS) {
    choices = chooseAt(point, choices, { set: plugins[point], path: `${path}.plugins.${point}` })
  }
  const args = readArgs(profile['pluginConfig'], `${path}.pluginConfig`)
  const percentage = percent(profile, 'percentageOfNodesToScore', `${path}.`)
  return {
    schedulerName,
    plugins: choices.map((choice) => ({ ...choice, args: args.get(choice.name) ?? {} })),
    ...(percentage !== undefined && { percentageOfNodesToScore: percentage }),
  }
}

interface PluginSet {
  readonly enabled: readonly { readonly name: string; readonly weight: number | undefined }[]
  readonly disabled: ReadonlySet<string>
}

function readSet(value: unknown, path: string): PluginSet {
  const set = asFields(value ?? {}, path)
  const named = (list: 'enabled' | 'disabled') =>
    asList(set[list], `${path}.${list}`).map((item, i) => {
      const { name, weight } = asFields(item, `${path}.${list}[${i}]`)
      if (typeof name !== 'string' || name === '') {
        throw new SchedulerConfigError(`${path}.${list}[${i}].name: Required value`)
      }
      return { name, weight: typeof weight === 'number' && weight > 0 ? weight : undefined }
    })
  return {
    enabled: named('enabled'),
    disabled: new Set(named('disabled').map(({ name }) => name)),
  }
}

const isDisabled = ({ disabled }: PluginSet, name: string) =>
  disabled.has('*') || disabled.has(name)

/** `multiPoint`: a plugin at all its extension points. What is enabled anew comes last. */
function choose(defaults: PluginChoice[], value: unknown, path: string): PluginChoice[] {
  const set = readSet(value, path)
  const kept = defaults.filter(({ name }) => !isDisabled(set, name))
  for (const { name, weight } of set.enabled) {
    const at = kept.findIndex((choice) => choice.name === name)
    const known = kept[at] ?? defaults.find((choice) => choice.name === name)
    const choice: PluginChoice = {
      name,
      weight: weight ?? known?.weight ?? 1,
      points: new Set(EXTENSION_POINTS),
      args: {},
    }
    if (at >= 0) kept[at] = choice
    else kept.push(choice)
  }
  return kept
}

/** One extension point: takes plugins away from it, or adds them there alone. */
function chooseAt(
  point: ExtensionPoint,
  choices: readonly PluginChoice[],
  { set: value, path }: { set: unknown; path: string },
): PluginChoice[] {
  const set = readSet(value, path)
  const changed = choices.map((choice) =>
    isDisabled(set, choice.name) ? { ...choice, points: without(choice.points, point) } : choice,
  )
  for (const { name, weight } of set.enabled) {
    const at = changed.findIndex((choice) => choice.name === name)
    const known = changed[at]
    if (known) {
      const points = new Set([...known.points, point])
      changed[at] = { ...known, points, weight: weight ?? known.weight }
    } else {
      changed.push({ name, weight: weight ?? 1, points: new Set([point]), args: {} })
    }
  }
  return changed
}

function without(points: ReadonlySet<ExtensionPoint>, point: ExtensionPoint) {
  return new Set([...points].filter((each) => each !== point))
}

function readArgs(value: unknown, path: string): Map<string, Fields> {
  const args = new Map<string, Fields>()
  for (const [i, item] of asList(value, path).entries()) {
    const { name, args: given } = asFields(item, `${path}[${i}]`)
    if (typeof name !== 'string' || name === '') {
      throw new SchedulerConfigError(`${path}[${i}].name: Required value`)
    }
    if (args.has(name)) {
      throw new SchedulerConfigError(`${path}[${i}]: Duplicate value: "${name}"`)
    }
    args.set(name, asFields(given ?? {}, `${path}[${i}].args`))
  }
  return args
}

function requireUniqueNames(profiles: readonly ProfileConfig[]): void {
  if (profiles.length === 0) throw new SchedulerConfigError('profiles: Required value')
  const seen = new Set<string>()
  for (const [i, { schedulerName }] of profiles.entries()) {
    if (seen.has(schedulerName)) {
      throw new SchedulerConfigError(
        `profiles[${i}].schedulerName: Duplicate value: "${schedulerName}"`,
      )
    }
    seen.add(schedulerName)
  }
}

function seconds(fields: Fields, name: string, fallback: number): number {
  const value = fields[name] ?? fallback
  if (typeof value === 'number' && value > 0) return value
  throw new SchedulerConfigError(
    `${name}: Invalid value: ${JSON.stringify(value)}: must be greater than 0`,
  )
}

function percent(fields: Fields, name: string, path = ''): number | undefined {
  const value = fields[name]
  if (value === undefined) return undefined
  if (typeof value === 'number' && value >= 0 && value <= 100) return value
  throw new SchedulerConfigError(
    `${path}${name}: Invalid value: ${JSON.stringify(value)}: not in valid range [0-100]`,
  )
}

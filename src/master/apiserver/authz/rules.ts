import type { Attributes } from './attributes.ts'
import type { PolicyRule } from './authorizer.ts'

const ALL = '*'
const NONE: readonly string[] = []

/** Whether one rule allows what is asked. */
export function ruleAllows(rule: PolicyRule, asked: Attributes): boolean {
  if (!rule.verbs.includes(ALL) && !rule.verbs.includes(asked.verb)) return false
  if (asked.kind === 'path') return (rule.nonResourceURLs ?? NONE).some((p) => fits(p, asked.path))
  const { apiGroups = NONE, resources = NONE, resourceNames = NONE } = rule
  if (!apiGroups.includes(ALL) && !apiGroups.includes(asked.group)) return false
  if (resourceNames.length > 0 && !resourceNames.includes(asked.name)) return false
  const { resource, subresource } = asked
  const whole = subresource === '' ? resource : `${resource}/${subresource}`
  return resources.some(
    (each) => each === ALL || each === whole || (subresource !== '' && each === `*/${subresource}`),
  )
}

/** A path, or a beginning of paths that ends with a star. */
function fits(pattern: string, path: string): boolean {
  if (pattern === ALL || pattern === path) return true
  return pattern.endsWith(ALL) && path.startsWith(pattern.slice(0, -1))
}

/** What of `wanted` no rule of `held` gives, in the smallest pieces. */
export function missingRules(
  held: readonly PolicyRule[],
  wanted: readonly PolicyRule[],
): PolicyRule[] {
  return wanted.flatMap(pieces).filter((piece) => !held.some((rule) => covers(rule, piece)))
}

/** A rule as rules of one verb for one resource, name or path each. */
function pieces(rule: PolicyRule): PolicyRule[] {
  const { verbs, apiGroups = NONE, resources = NONE, resourceNames = NONE } = rule
  const found: PolicyRule[] = []
  for (const group of apiGroups) {
    for (const resource of resources) {
      for (const verb of verbs) {
        const piece = { apiGroups: [group], resources: [resource], verbs: [verb] }
        if (resourceNames.length === 0) found.push(piece)
        for (const name of resourceNames) found.push({ ...piece, resourceNames: [name] })
      }
    }
  }
  for (const url of rule.nonResourceURLs ?? NONE) {
    for (const verb of verbs) found.push({ nonResourceURLs: [url], verbs: [verb] })
  }
  return found
}

function covers(rule: PolicyRule, piece: PolicyRule): boolean {
  const hasAll = (held: readonly string[] = NONE, wanted: readonly string[] = NONE) =>
    held.includes(ALL) || wanted.every((each) => held.includes(each))
  const names = rule.resourceNames ?? NONE
  const wantedNames = piece.resourceNames ?? NONE
  const named =
    wantedNames.length === 0
      ? names.length === 0
      : names.length === 0 || wantedNames.every((name) => names.includes(name))
  const urls = rule.nonResourceURLs ?? NONE
  return (
    named &&
    hasAll(rule.verbs, piece.verbs) &&
    hasAll(rule.apiGroups, piece.apiGroups) &&
    (piece.resources ?? NONE).every((each) => coversResource(rule.resources ?? NONE, each)) &&
    (piece.nonResourceURLs ?? NONE).every((url) => urls.some((held) => fits(held, url)))
  )
}

function coversResource(held: readonly string[], wanted: string): boolean {
  if (held.includes(ALL) || held.includes(wanted)) return true
  const slash = wanted.indexOf('/')
  return slash >= 0 && held.includes(`*${wanted.slice(slash)}`)
}

/** Rules about one and the same resource joined: their verbs in one list. */
export function compactRules(rules: readonly PolicyRule[]): PolicyRule[] {
  const joined = new Map<string, { rule: PolicyRule; verbs: string[] }>()
  const others: PolicyRule[] = []
  for (const rule of rules) {
    const { apiGroups = NONE, resources = NONE, resourceNames = NONE } = rule
    const isSimple =
      apiGroups.length === 1 &&
      resources.length === 1 &&
      resourceNames.length <= 1 &&
      (rule.nonResourceURLs ?? NONE).length === 0
    if (!isSimple) {
      others.push(rule)
      continue
    }
    const key = JSON.stringify([apiGroups, resources, resourceNames])
    const known = joined.get(key)
    if (known) known.verbs.push(...rule.verbs)
    else joined.set(key, { rule, verbs: [...rule.verbs] })
  }
  return [...others, ...[...joined.values()].map(({ rule, verbs }) => ({ ...rule, verbs }))]
}

/** `{APIGroups:["apps"], Resources:["deployments"], Verbs:["get" "list"]}` */
export function describeRule(rule: PolicyRule): string {
  const fields: [string, readonly string[] | undefined][] = [
    ['APIGroups', rule.apiGroups],
    ['Resources', rule.resources],
    ['NonResourceURLs', rule.nonResourceURLs],
    ['ResourceNames', rule.resourceNames],
    ['Verbs', rule.verbs],
  ]
  const shown = fields
    .filter(([, values]) => (values ?? NONE).length > 0)
    .map(([name, values = NONE]) => `${name}:${quotedList(values)}`)
  return `{${shown.join(', ')}}`
}

/** Go's `%q` of a list of strings. */
export function quotedList(values: readonly string[]): string {
  return `[${values.map((value) => JSON.stringify(value)).join(' ')}]`
}

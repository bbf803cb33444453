import { Comparison } from './comparison.ts'
import { canReportParts, reportParts } from './report-strings.ts'
import {
  addCounts,
  addEllipsis,
  type Count,
  isSameText,
  layOut,
  List,
  type Mark,
  textLength,
  type TextNode,
  type TextRecord,
  Wrap,
} from './report-text.ts'
import { isZero, type ReportOptions, valueText, verbosityOf, withType } from './report-value.ts'
import type { GoValue } from './value.ts'

/** Equal parts that are shown around a difference. */
const CONTEXT = 2
/** How often more is told when two texts of different values are the same. */
const MAX_PRESET = 6

/**
 * How two values of one type differ, in the form of go-cmp's `cmp.Diff`, which stands in messages
 * of Kubernetes; empty when they are equal.
 */
export function goDifference(x: GoValue, y: GoValue): string {
  const root = new Comparison(x.type, { x, y })
  if (root.differing === 0) return ''
  return layOut(report({ mode: undefined, types: 'shown', verbosity: 0 }, root) ?? '')
}

function report(given: ReportOptions, at: Comparison): TextNode | undefined {
  const verbosity = given.mode === 'identical' ? 1 : Math.max(3, verbosityOf(given))
  const options = { ...given, verbosity }
  if (given.mode === undefined && canReportParts(at)) return reportParts(options, at)
  if (at.depth === 0) return leaf(options, at)
  if (at.target) {
    const below = report(options, at.target)
    return below === undefined ? undefined : new Wrap('&', below)
  }
  return withType(options, at.type, parts(options, at))
}

function leaf(options: ReportOptions, at: Comparison): TextNode | undefined {
  if (options.mode === 'removed') return valueText(options, at.x)
  if (options.mode === 'inserted') return valueText(options, at.y)
  if (at.differing === 0) {
    const x = valueText(options, at.x)
    const y = valueText(options, at.y)
    return x !== undefined && y !== undefined && textLength(x) < textLength(y) ? x : y
  }
  const records = bothSides(
    options,
    (more) => {
      const hidden = { ...more, types: 'hidden' as const }
      return [valueText(hidden, at.x), valueText(hidden, at.y)]
    },
    '',
  )
  return withType({ ...options, types: 'shown' }, at.type, new List(records))
}

/** What was and what is, told at such length that they are not the same. */
function bothSides(
  options: ReportOptions,
  show: (options: ReportOptions) => readonly [TextNode | undefined, TextNode | undefined],
  key: string,
): TextRecord[] {
  let [x, y] = show(options)
  for (let i = 0; i <= MAX_PRESET && x !== undefined && y !== undefined; i++) {
    if (!isSameText(x, y)) break
    const verbosity = verbosityOf(options) + 2 * i
    ;[x, y] = show({ ...options, verbosity, ...(i > 0 && { plain: true }) })
  }
  const record = (mark: Mark, value: TextNode | undefined): TextRecord[] =>
    value === undefined ? [] : [{ mark, key, value }]
  return [...record('-', x), ...record('+', y)]
}

const NAMES: Readonly<Record<string, string>> = { struct: 'field', slice: 'element', map: 'entry' }

function parts(given: ReportOptions, at: Comparison): TextNode {
  const { kind } = at.type
  const options: ReportOptions = { ...given, types: kind === 'struct' ? 'composite' : 'hidden' }
  const records =
    options.mode === undefined
      ? differingParts(options, at, NAMES[kind] ?? 'element')
      : wholeParts(options, at)
  return new Wrap('{', new List(records), '}')
}

function wholeParts(given: ReportOptions, at: Comparison): TextRecord[] {
  const level = verbosityOf(given)
  const max = given.mode === 'identical' ? ((1 << level) >> 1) << 2 : (1 << level) << 1
  const options = { ...given, verbosity: given.verbosity - 1 }
  const records: TextRecord[] = []
  for (const { key, at: part } of at.records) {
    if (records.length === max) {
      addEllipsis(records)
      break
    }
    if (at.type.kind === 'struct' && isLeftOut(given.mode, part)) continue
    const value = report(options, part)
    if (value !== undefined) records.push({ mark: '', key, value })
  }
  return records
}

function isLeftOut(mode: ReportOptions['mode'], { x, y }: Comparison): boolean {
  const zeroX = x === undefined || isZero(x)
  const zeroY = y === undefined || isZero(y)
  return mode === 'identical' ? zeroX || zeroY : mode === 'removed' ? zeroX : zeroY
}

function differingParts(given: ReportOptions, at: Comparison, name: string): TextRecord[] {
  const max = (1 << verbosityOf(given)) << 1
  const options = { ...given, verbosity: given.verbosity - 1 }
  const records: TextRecord[] = []
  const groups = groupsOf(at, name)
  let rest = at.records
  let shown = 0
  let left: Count | undefined
  groups.forEach((group, i) => {
    const differing = group.removed + group.inserted + group.modified
    if (shown >= max) {
      left = left ? addCounts(left, group) : group
      return
    }
    if (differing === 0) {
      const ends = { isFirst: i === 0, isLast: i === groups.length - 1 }
      addEqual(options, rest.slice(0, group.identical), { records, group, ...ends })
      rest = rest.slice(group.identical)
      return
    }
    for (const record of rest.slice(0, differing)) records.push(...unequal(options, record))
    rest = rest.slice(differing)
    shown += differing
  })
  if (left) addEllipsis(records, left)
  return records
}

function groupsOf(at: Comparison, name: string): Count[] {
  const groups: Count[] = []
  let wasEqual: boolean | undefined
  for (const { at: part } of at.records) {
    const isEqual = part.differing === 0
    if (isEqual !== wasEqual) {
      groups.push({ name, identical: 0, removed: 0, inserted: 0, modified: 0 })
      wasEqual = isEqual
    }
    const label = isEqual ? 'identical' : !part.y ? 'removed' : !part.x ? 'inserted' : 'modified'
    const last = groups[groups.length - 1]
    if (last) groups[groups.length - 1] = { ...last, [label]: last[label] + 1 }
  }
  return groups
}

interface EqualGroup {
  readonly records: TextRecord[]
  readonly group: Count
  readonly isFirst: boolean
  readonly isLast: boolean
}

function addEqual(
  options: ReportOptions,
  equal: Comparison['records'],
  { records, group, isFirst, isLast }: EqualGroup,
): void {
  const count = equal.length
  const start = isFirst ? 0 : Math.min(CONTEXT, count)
  let end = isLast ? 0 : Math.min(CONTEXT, count - start)
  if (count - (start + end) === 1) end++
  const show = (shown: Comparison['records']) => {
    for (const { key, at } of shown) {
      const value = report({ ...options, mode: 'identical' }, at)
      if (value !== undefined) records.push({ mark: '', key, value })
    }
  }
  show(equal.slice(0, start))
  if (count > start + end) addEllipsis(records, { ...group, identical: count - start - end })
  show(equal.slice(count - end))
}

function unequal(options: ReportOptions, { key, at }: Comparison['records'][number]): TextRecord[] {
  if (canReportParts(at)) return [{ mark: '', key, value: reportParts(options, at) }]
  if (at.children !== at.depth) {
    const value = report(options, at)
    return value === undefined ? [] : [{ mark: '', key, value }]
  }
  const show = (more: ReportOptions) =>
    [report({ ...more, mode: 'removed' }, at), report({ ...more, mode: 'inserted' }, at)] as const
  return bothSides(options, show, key)
}

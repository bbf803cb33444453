import type { Comparison } from './comparison.ts'
import { type Edit, editScript } from './edit-script.ts'
import {
  addCounts,
  addEllipsis,
  type Count,
  lineOf,
  List,
  type Mark,
  type TextNode,
  type TextRecord,
  Wrap,
} from './report-text.ts'
import { quoted, type ReportOptions, verbosityOf, withType } from './report-value.ts'
import { itemsOf, scalarText } from './value.ts'

/** Shorter texts and lists are shown as wholes. */
const MIN_LENGTH = 32
const CONTEXT = 2

/** Whether a difference of two texts, or lists of numbers, is told in pieces. */
export function canReportParts({ type, x, y, ...at }: Comparison): boolean {
  if (at.differing === 0 || x?.value === undefined || y?.value === undefined) return false
  if (at.byMethod > 0) return false
  if (type.kind === 'string') {
    return [x, y].every((side) => Buffer.byteLength(scalarText(side)) >= MIN_LENGTH)
  }
  if (type.kind !== 'slice' || !isPlain(type.element?.kind)) return false
  const lengths = [itemsOf(x).length, itemsOf(y).length]
  if (lengths.includes(0)) return false
  return at.differing > at.same || lengths.every((length) => length >= MIN_LENGTH)
}

const isPlain = (kind: string | undefined) => kind === 'int' || kind === 'bool' || kind === 'float'

/** The difference in pieces of bytes, lines or items. */
export function reportParts(options: ReportOptions, { type, x, y }: Comparison): TextNode {
  if (type.kind !== 'string') {
    const show = (items: readonly unknown[]) => items.join(', ')
    const valuesOf = (side: typeof x) => (side ? itemsOf(side).map((item) => item.value) : [])
    const size = type.element?.kind === 'bool' ? 16 : 8
    const of = { size, name: type.element?.text ?? '', show }
    const records = pieces(options, valuesOf(x), valuesOf(y), of)
    return withType(options, type, new Wrap('{', new List(records), '}'))
  }
  const [before, after] = [scalarText(x), scalarText(y)]
  if (isLined(before, after)) return lines(options, { before, after, type: type.text })
  const show = (bytes: readonly number[]) => quoted(Buffer.from(bytes).toString())
  const of = { size: 64, name: 'byte', show }
  const records = pieces(options, [...Buffer.from(before)], [...Buffer.from(after)], of)
  return joined(new Wrap('{', new List(records), '}'), '', type.text)
}

function joined(node: TextNode, delimiter: string, type: string): TextNode {
  const text = new Wrap('strings.Join(', node, `, ${JSON.stringify(delimiter)})`)
  return type === 'string' ? text : new Wrap(`${type}(`, text, ')')
}

/** Texts of some lines are compared by lines, unless that tells much more than bytes would. */
function isLined(before: string, after: string): boolean {
  const both = before + after
  const longest = Math.max(...both.split('\n').map((line) => Buffer.byteLength(line)))
  if (both.split('\n').length - 1 < 4 || longest > 1024) return false
  const distance = <T>(a: readonly T[], b: readonly T[]) => {
    const script = scriptOf(a, b)
    return script.filter((edit) => edit !== 'same').length / script.length
  }
  const byLines = distance(before.split('\n'), after.split('\n'))
  const byBytes = distance([...Buffer.from(before)], [...Buffer.from(after)])
  return byLines < 4 * byBytes || JSON.stringify(both).length / both.length > 1.1
}

function lines(
  options: ReportOptions,
  { before, after, type }: { before: string; after: string; type: string },
): TextNode {
  const show = ([line = '']: readonly string[]) => line
  const of = { size: 1, name: 'line', show }
  const records = pieces(options, before.split('\n'), after.split('\n'), of)
  if (!records.every(isPlainLine)) {
    const inQuotes = records.map((r) => (r.noComma ? r : { ...r, value: quoted(lineOf(r)) }))
    return joined(new Wrap('{', new List(inQuotes), '}'), '\n', type)
  }
  const last = records.at(-1)
  if (last?.mark === '' && last.value === '') records.pop()
  const fence: TextRecord = { mark: '', key: '', value: '"""', noComma: true }
  const plain = records.map((record) => ({ ...record, noComma: true }))
  const node = new Wrap('(', new List([fence, ...plain, fence]), ')')
  return type === 'string' ? node : new Wrap(type, node)
}

function isPlainLine({ value, noComma }: TextRecord): boolean {
  if (noComma || typeof value !== 'string') return true
  return !value.startsWith('"""') && !value.startsWith('...') && /^[\t\P{C}]*$/u.test(value)
}

function scriptOf<T>(before: readonly T[], after: readonly T[]): Edit[] {
  return editScript(before.length, after.length, (x, y) => {
    return before[x] === after[y] ? { same: 1, differing: 0 } : { same: 0, differing: 2 }
  })
}

interface Pieces<T> {
  /** Items to a piece. */
  readonly size: number
  readonly name: string
  readonly show: (items: readonly T[]) => string
}

function pieces<T>(
  options: ReportOptions,
  before: readonly T[],
  after: readonly T[],
  { size, name, show }: Pieces<T>,
): TextRecord[] {
  const records: TextRecord[] = []
  const add = (items: readonly T[], mark: Mark) => {
    for (let i = 0; i < items.length; i += size) {
      records.push({ mark, key: '', value: show(items.slice(i, i + size)) })
    }
  }
  const max = (1 << verbosityOf(options)) << 2
  const groups = tidied(groupsOf(scriptOf(before, after), name), before, after, size / 4)
  let [x, y, shown] = [0, 0, 0]
  let left: Count | undefined
  groups.forEach((group, i) => {
    const { identical } = group
    if (shown >= max) left = left ? addCounts(left, group) : group
    else if (differs(group)) {
      const start = records.length
      add(before.slice(x, x + sizeX(group)), '-')
      add(after.slice(y, y + sizeY(group)), '+')
      shown += records.length - start
    } else {
      const start = i === 0 ? 0 : Math.min(size * CONTEXT, identical)
      const isLast = i === groups.length - 1
      let end = isLast ? 0 : Math.min(size * CONTEXT, identical - start)
      if (identical - (start + end) <= size) end = identical - start
      add(before.slice(x, x + start), '')
      const hidden = identical - start - end
      if (hidden > 0) addEllipsis(records, { ...group, identical: hidden })
      add(before.slice(x + identical - end, x + identical), '')
    }
    x += sizeX(group)
    y += sizeY(group)
  })
  if (left) addEllipsis(records, left)
  return records
}

const differs = (group: Count) => group.removed + group.inserted + group.modified > 0
const sizeX = (group: Count) => group.identical + group.removed + group.modified
const sizeY = (group: Count) => group.identical + group.inserted + group.modified
const none = (name: string): Count => ({ name, identical: 0, removed: 0, inserted: 0, modified: 0 })

function groupsOf(script: readonly Edit[], name: string): Count[] {
  const groups: Count[] = []
  for (const edit of script) {
    const label = edit === 'same' ? 'identical' : edit
    const last = groups.at(-1)
    if (last && differs(last) === (edit !== 'same')) {
      groups[groups.length - 1] = { ...last, [label]: last[label] + 1 }
    } else groups.push({ ...none(name), [label]: 1 })
  }
  return groups
}

/**
 * Short runs of what is equal are counted to the differences around them; then each difference
 * gives what is equal at its ends to its neighbours.
 */
function tidied<T>(
  groups: readonly Count[],
  before: readonly T[],
  after: readonly T[],
  window: number,
): Count[] {
  const joint: Count[] = []
  groups.forEach((group, i) => {
    const last = joint.at(-1)
    const previous = joint.at(-2)
    const isBetween = previous !== undefined && last !== undefined && i > 0 && differs(group)
    if (isBetween && !differs(last) && last.identical <= window && areTwoSided(previous, group)) {
      joint.splice(-2, 2, addCounts(addCounts(previous, last), group))
    } else joint.push(group)
  })
  const result: Count[] = []
  let [x, y, carried] = [0, 0, 0]
  for (const group of joint) {
    if (!differs(group)) {
      result.push({ ...group, identical: group.identical + carried })
      x += group.identical
      y += group.identical
      carried = 0
      continue
    }
    const [nx, ny] = [sizeX(group), sizeY(group)]
    const most = Math.min(nx, ny)
    let start = 0
    while (start < most && before[x + start] === after[y + start]) start++
    let end = 0
    while (end < most && before[x + nx - 1 - end] === after[y + ny - 1 - end]) end++
    const last = result.at(-1)
    if (start > 0 && last)
      result[result.length - 1] = { ...last, identical: last.identical + start }
    else if (start > 0) result.push({ ...none(group.name), identical: start })
    const counts = { removed: nx - start - end, inserted: ny - start - end }
    const isWhole = start + end === 0
    result.push(isWhole ? group : { ...none(group.name), ...counts })
    carried = end
    x += nx
    y += ny
  }
  const name = joint[0]?.name ?? ''
  if (carried > 0) result.push({ ...none(name), identical: carried })
  return result
}

const areTwoSided = (a: Count, b: Count) => a.removed + b.removed > 0 && a.inserted + b.inserted > 0

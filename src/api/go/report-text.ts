/** The tree of a report's text, which is laid out on one line or on many. */
export type TextNode = string | Wrap | List

export type Mark = '' | '-' | '+'

export interface TextRecord {
  readonly mark: Mark
  readonly key: string
  readonly value: TextNode
  readonly noComma?: boolean
  readonly comment?: Count | undefined
}

/** How many parts were left out: `5 identical fields`. */
export interface Count {
  readonly name: string
  readonly identical: number
  readonly removed: number
  readonly inserted: number
  readonly modified: number
}

export const ELLIPSIS = '...'
const COLUMNS = 80

/** A node between two texts. */
export class Wrap {
  readonly prefix: string
  readonly suffix: string
  readonly value: TextNode

  constructor(prefix: string, value: TextNode, suffix = '') {
    this.prefix = prefix
    this.suffix = suffix
    this.value = value
  }
}

/** Nodes with commas between. */
export class List {
  readonly records: readonly TextRecord[]

  constructor(records: readonly TextRecord[]) {
    this.records = records
  }
}

/** Adds that something was left out, to what was left out before if that is the last record. */
export function addEllipsis(records: TextRecord[], count?: Count): void {
  const last = records.at(-1)
  if (last?.value !== ELLIPSIS) {
    records.push({ mark: '', key: '', value: ELLIPSIS, noComma: true, comment: count })
  } else if (count && last.comment) {
    records[records.length - 1] = { ...last, comment: addCounts(last.comment, count) }
  }
}

export function addCounts(a: Count, b: Count): Count {
  return {
    name: a.name,
    identical: a.identical + b.identical,
    removed: a.removed + b.removed,
    inserted: a.inserted + b.inserted,
    modified: a.modified + b.modified,
  }
}

export function countText(count: Count): string {
  const parts = (['identical', 'removed', 'inserted', 'modified'] as const)
    .filter((label) => count[label] > 0)
    .map((label) => `${count[label]} ${label}`)
  const sum = count.identical + count.removed + count.inserted + count.modified
  const name = sum > 1 ? `${count.name}s`.replace(/ys$/, 'ies') : count.name
  const last = parts.length > 2 ? `, and ${parts.pop()}` : ''
  return `${parts.join(parts.length > 2 || last ? ', ' : ' and ')}${last} ${name}`
}

export function isSameText(a: TextNode, b: TextNode): boolean {
  if (a instanceof Wrap) {
    if (!(b instanceof Wrap) || a.prefix !== b.prefix || a.suffix !== b.suffix) return false
    return isSameText(a.value, b.value)
  }
  if (!(a instanceof List)) return a === b
  if (!(b instanceof List) || a.records.length !== b.records.length) return false
  return a.records.every((record, i) => {
    const other = b.records[i]
    if (other === undefined || record.key !== other.key || record.mark !== other.mark) return false
    return isSameText(record.value, other.value)
  })
}

/** Length on one line, in bytes. */
export function textLength(node: TextNode): number {
  if (node instanceof Wrap) {
    return Buffer.byteLength(node.prefix + node.suffix) + textLength(node.value)
  }
  if (!(node instanceof List)) return Buffer.byteLength(node)
  const parts = node.records.map(({ key, value }) => {
    return (key === '' ? 0 : Buffer.byteLength(key) + 2) + textLength(value)
  })
  return parts.reduce((sum, part) => sum + part, 0) + 2 * Math.max(0, parts.length - 1)
}

/** The whole text, with a line's end behind. */
export function layOut(node: TextNode): string {
  return `${indent('', 0)}${expand(compact(node, '').node, '', 0)}\n`
}

/** What fits on one line is put on one. `text`: all of it on one line. */
function compact(node: TextNode, mark: Mark): { text: string; node: TextNode } {
  if (node instanceof Wrap) {
    const inner = compact(node.value, mark)
    const text = node.prefix + inner.text + node.suffix
    if (typeof inner.node === 'string') return { text, node: text }
    return { text, node: new Wrap(node.prefix, inner.node, node.suffix) }
  }
  if (!(node instanceof List)) return { text: node, node }
  const inner = node.records.map((record) => ({
    record,
    ...compact(record.value, mark || record.mark),
  }))
  const text = inner
    .map(({ record, text: part }) => (record.key === '' ? part : `${record.key}: ${part}`))
    .join(', ')
  const isLong = mark !== '' && Buffer.byteLength(text) > COLUMNS
  const isBroken = inner.some(
    (part) => part.record.mark !== '' || typeof part.node !== 'string' || part.record.comment,
  )
  if (!isBroken && !isLong) return { text, node: text }
  return { text, node: new List(inner.map((part) => ({ ...part.record, value: part.node }))) }
}

/** The text of a record that stands on one line. */
export const lineOf = ({ value }: TextRecord) => (typeof value === 'string' ? value : '')

function indent(mark: Mark, depth: number): string {
  return `${mark || ' '} ${'\t'.repeat(depth)}`
}

function expand(node: TextNode, mark: Mark, depth: number): string {
  if (node instanceof Wrap) return node.prefix + expand(node.value, mark, depth) + node.suffix
  if (!(node instanceof List)) return node
  const { records } = node
  const isSimple =
    records.length > 0 &&
    records.every((r) => r.mark === '' && r.key === '' && typeof r.value === 'string' && !r.comment)
  const end = `\n${indent(mark, depth)}`
  if (isSimple) return batches(records, mark, depth + 1) + end
  const keys = aligned(
    records,
    (r) => r.key !== '' && typeof r.value === 'string',
    (r) => r.key,
  )
  const values = aligned(
    records,
    (r) => typeof r.value === 'string' && r.value !== ELLIPSIS && r.comment !== undefined,
    (r) => lineOf(r),
  )
  const lines = records.map((record, i) => {
    const own = mark || record.mark
    const key = record.key === '' ? '' : `${record.key}: `
    const comment = record.comment ? ` // ${countText(record.comment)}` : ''
    const text = `${' '.repeat(keys[i] ?? 0)}${expand(record.value, own, depth + 1)}`
    const comma = record.noComma ? '' : ','
    return `\n${indent(own, depth + 1)}${key}${text}${comma}${' '.repeat(values[i] ?? 0)}${comment}`
  })
  return lines.join('') + end
}

/** Short values, as many to a line as fit. */
function batches(records: readonly TextRecord[], mark: Mark, depth: number): string {
  let text = ''
  let line = ''
  const flush = () => {
    if (line !== '') text += `\n${indent(mark, depth)}${line.trimEnd()}`
    line = ''
  }
  for (const record of records) {
    const value = lineOf(record)
    if (Buffer.byteLength(line) + Buffer.byteLength(value) + 2 > COLUMNS) flush()
    line += `${value}, `
  }
  flush()
  return text
}

/** Blanks that bring adjacent texts of some records to one length. */
function aligned(
  records: readonly TextRecord[],
  takesPart: (record: TextRecord) => boolean,
  textOf: (record: TextRecord) => string,
): number[] {
  const blanks: number[] = []
  for (let i = 0; i < records.length; ) {
    let end = i
    const lengths: number[] = []
    for (let at = records[end]; at && takesPart(at); at = records[++end]) {
      lengths.push(Array.from(textOf(at)).length)
    }
    const longest = Math.max(0, ...lengths)
    for (const length of lengths) blanks.push(longest - length)
    if (end < records.length) blanks.push(0)
    i = end + 1
  }
  return blanks
}

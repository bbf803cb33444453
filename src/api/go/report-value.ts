import { ELLIPSIS, addEllipsis, List, type TextNode, type TextRecord, Wrap } from './report-text.ts'
import {
  fieldsOf,
  type GoType,
  type GoValue,
  isNil,
  itemsOf,
  scalarText,
  targetOf,
} from './value.ts'

/** How a report shows what it shows. */
export interface ReportOptions {
  /** Undefined: both values, where they differ. */
  readonly mode: 'identical' | 'removed' | 'inserted' | undefined
  readonly types: 'shown' | 'hidden' | 'composite'
  /** The higher, the more is told. */
  readonly verbosity: number
  /** Values are looked into that have a short form of their own. */
  readonly plain?: boolean
}

export const COMPOSITES: readonly string[] = ['struct', 'slice', 'map']

/** A text with the type of its value before it, if that is to be shown. */
export function withType(options: ReportOptions, type: GoType, node: TextNode): TextNode {
  if (options.types === 'hidden') return node
  if (options.types === 'composite') {
    if (!COMPOSITES.includes(type.kind) || node === 'nil') return node
    if (options.mode === 'identical') return node
  }
  const name = !type.named && type.kind === 'pointer' ? `(${type.text})` : type.text
  return new Wrap(name, inParentheses(node))
}

function inParentheses(node: TextNode): TextNode {
  if (node instanceof Wrap) {
    const { prefix, suffix } = node
    if (prefix.startsWith('(') && suffix.endsWith(')')) return node
    if (prefix.startsWith('{') && suffix.endsWith('}')) return node
  }
  return new Wrap('(', node, ')')
}

/** A value as go-cmp's reports show it. */
export function valueText(
  options: ReportOptions,
  value: GoValue | undefined,
): TextNode | undefined {
  if (value === undefined) return undefined
  const { type } = value
  if (!options.plain) {
    const shown = type.kind === 'pointer' && !isNil(value) ? targetOf(value).shown : undefined
    const own = shown ?? (isOwnText(type) ? value.shown : undefined)
    if (own !== undefined) return stringText(options, own, 's')
  }
  if (type.kind === 'pointer' && !isNil(value)) {
    return new Wrap('&', valueText(options, targetOf(value)) ?? 'nil')
  }
  return withType(options, type, bareText(options, value))
}

/** Times show themselves; amounts and selectors do so only where they are pointed to. */
const isOwnText = ({ text }: GoType) => text !== 'resource.Quantity' && text !== 'v1.LabelSelector'

function bareText(options: ReportOptions, value: GoValue): TextNode {
  switch (value.type.kind) {
    case 'bool':
    case 'int':
    case 'float':
      return scalarText(value)
    case 'string':
      return stringText(options, scalarText(value))
    case 'struct': {
      const fields = fieldsOf(value).filter((field) => !isZero(field.value))
      return partsText(options, 'composite', fields)
    }
    case 'slice': {
      if (isNil(value)) return 'nil'
      return partsText(
        options,
        'hidden',
        itemsOf(value).map((item) => ({ name: '', value: item })),
      )
    }
    case 'map': {
      if (isNil(value)) return 'nil'
      const start = value.type.stringKeys ? 's' : ''
      const entries = fieldsOf(value).map((e) => ({ ...e, name: start + JSON.stringify(e.name) }))
      return partsText(options, 'hidden', entries)
    }
    case 'pointer':
      return 'nil'
  }
}

function partsText(
  options: ReportOptions,
  types: ReportOptions['types'],
  parts: readonly { name: string; value: GoValue }[],
): TextNode {
  const max = ((1 << verbosityOf(options)) >> 1) << 2
  const below = { ...options, types, verbosity: options.verbosity - 1 }
  const records: TextRecord[] = parts.slice(0, max).map(({ name, value }) => {
    return { mark: '', key: name, value: valueText(below, value) ?? 'nil' }
  })
  if (parts.length > max) addEllipsis(records)
  return new Wrap('{', new List(records), '}')
}

export const verbosityOf = ({ verbosity }: ReportOptions) => Math.min(16, Math.max(0, verbosity))

export function isZero({ type, value }: GoValue): boolean {
  if (value === undefined) return true
  if (type.kind !== 'struct') return value === 0 || value === 0n || value === '' || value === false
  return (value as { value: GoValue }[]).every((field) => isZero(field.value))
}

function stringText(options: ReportOptions, text: string, start = ''): TextNode {
  const max = (1 << verbosityOf(options)) << 5
  const lines = text.replace(/\n$/, '').split('\n')
  const isMarked = options.mode === 'removed' || options.mode === 'inserted'
  if (lines.length >= 4 && isMarked && lines.every((line) => isPlainLine(line, max))) {
    return linesText(options, lines, start)
  }
  const bytes = Buffer.from(text)
  if (bytes.length <= max + ELLIPSIS.length) return start + quoted(text)
  return `${start}${quoted(bytes.subarray(0, max).toString())}${ELLIPSIS}`
}

function isPlainLine(line: string, max: number): boolean {
  if (line.startsWith('"""') || line.startsWith(ELLIPSIS)) return false
  return PRINTABLE.test(line) && Buffer.byteLength(line) <= max
}

const PRINTABLE = /^[\t\P{C}]*$/u

function linesText(options: ReportOptions, lines: readonly string[], start: string): TextNode {
  const mark = options.mode === 'removed' ? '-' : '+'
  const max = (1 << verbosityOf(options)) << 2
  const shown = lines.length > max ? [...lines.slice(0, max - 1), ELLIPSIS] : lines
  const texts = [`${start}"""`, ...shown, `${start}"""`]
  const records = texts.map((value): TextRecord => ({ mark, key: '', value, noComma: true }))
  return new Wrap('(', new List(records), ')')
}

/** In quotes; in backquotes where that saves escapes. */
export function quoted(text: string): string {
  const plain = JSON.stringify(text)
  if (plain.length === text.length + 2) return plain
  return !text.includes('`') && PRINTABLE.test(text) ? `\`${text}\`` : plain
}

/** How etcdutl prints one row: names as in its tables, in its fields and in JSON. */
export interface Column {
  readonly title: string
  readonly field: string
  readonly json: string
  readonly value: string | number
  /** Where it is told otherwise than in fields and JSON. */
  readonly text?: string
}

export const FORMATS = ['simple', 'json', 'table', 'fields'] as const
export type Format = (typeof FORMATS)[number]

export function printed(columns: readonly Column[], format: Format): string {
  const texts = columns.map(({ value, text }) => text ?? String(value))
  switch (format) {
    case 'json':
      return JSON.stringify(Object.fromEntries(columns.map(({ json, value }) => [json, value])))
    case 'fields':
      return columns.map(({ field, value }) => `"${field}" : ${value}`).join('\n')
    case 'table':
      return table(
        columns.map(({ title }) => title.toUpperCase()),
        texts,
      )
    default:
      return texts.join(', ')
  }
}

/** As etcdctl's: titles in the middle, the rest to the right. */
function table(titles: readonly string[], row: readonly string[]): string {
  const widths = titles.map((title, i) => Math.max(title.length, row[i]?.length ?? 0))
  const rule = `+${widths.map((width) => '-'.repeat(width + 2)).join('+')}+`
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  const head = titles.map((title, i) => centred(title, widths[i] ?? 0))
  const cells = row.map((cell, i) => cell.padStart(widths[i] ?? 0))
  return [rule, line(head), rule, line(cells), rule].join('\n')
}

function centred(text: string, width: number): string {
  return text.padStart(text.length + Math.floor((width - text.length) / 2)).padEnd(width)
}

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'] as const

/** Sizes in powers of ten, as etcd's programs tell them: `25 kB`, `2.1 MB`. */
export function humanBytes(bytes: number): string {
  if (bytes < 10) return `${bytes} B`
  const power = Math.min(Math.floor(Math.log10(bytes) / 3), UNITS.length - 1)
  const value = Math.floor((bytes / 1000 ** power) * 10 + 0.5) / 10
  return `${value < 10 ? value.toFixed(1) : value.toFixed(0)} ${UNITS[power]}`
}

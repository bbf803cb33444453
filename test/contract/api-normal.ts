/**
 * Makes two answers comparable: what differs between any two runs of one server (ids, versions,
 * times, generated names and addresses) is replaced by the placeholders of the record.
 */
export class Normaliser {
  readonly #source: string
  readonly #generated = new Map<string, string>()

  /** `source`: the requests of a scenario; what stands in them is kept as it is. */
  constructor(source: string) {
    this.#source = source
  }

  normalise(value: unknown): unknown {
    this.#learnNames(value)
    return this.#walk(value, '')
  }

  #learnNames(value: unknown): void {
    if (Array.isArray(value)) for (const item of value) this.#learnNames(item)
    if (typeof value !== 'object' || value === null) return
    const record = value as Record<string, unknown>
    const { generateName, name } = record
    if (typeof generateName === 'string' && typeof name === 'string' && generateName !== '') {
      if (name.startsWith(generateName)) this.#generated.set(name, `${generateName}<suffix>`)
    }
    for (const item of Object.values(record)) this.#learnNames(item)
  }

  #walk(value: unknown, key: string): unknown {
    if (typeof value === 'string') return this.#string(value, key)
    if (typeof value === 'number') {
      const given = new RegExp(`\\b${value}\\b`).test(this.#source)
      return NODE_PORTS.has(key) && value !== 0 && !given ? '<nodePort>' : value
    }
    if (Array.isArray(value)) {
      const items =
        key === 'managedFields' ? inOrder(value) : value.filter((item) => !isNewer(item))
      return items.map((item) => this.#walk(item, key))
    }
    if (typeof value !== 'object' || value === null) return value
    const out: Record<string, unknown> = {}
    for (const [name, item] of Object.entries(value)) {
      out[this.#text(name)] = this.#walk(item, name)
    }
    withoutForeignAuthority(out)
    if (out['kind'] === 'Table') normaliseTable(out)
    if ('gitVersion' in out) for (const name of BUILD) if (name in out) out[name] = '<build>'
    return out
  }

  #string(value: string, key: string): string {
    if (key === 'resourceVersion' && value !== '' && value !== '0') {
      return this.#source.includes(`"resourceVersion":"${value}"`) ? value : '<rv>'
    }
    if (key === 'uid' && value !== '' && !this.#source.includes(value)) return '<uid>'
    if (key === 'continue' && value !== '') return '<continue>'
    if (key.startsWith('clusterIP') && /^[\d.]+$/.test(value)) {
      if (!this.#source.includes(`"${value}"`)) return '<clusterIP>'
    }
    return this.#text(value)
  }

  #text(text: string): string {
    let out = text.replace(FOREIGN_AUTHORITY, '')
    for (const [from, to] of this.#generated) out = out.replaceAll(from, to)
    out = out.replace(/\bkube-api-access-[a-z0-9]{5}\b/g, 'kube-api-access-<suffix>')
    // Go's differences of two values mix blanks at random.
    if (/\n/.test(out) && /Forbidden|Invalid/.test(out)) out = out.replace(/[\u00a0\t ]+/g, ' ')
    return out
      .replace(/\b0xc[0-9a-f]{6,}\b/g, '<pointer>')
      .replace(/("resourceVersion\\?":\\?")\d+/g, '$1<rv>')
      .replace(/(\\"resourceVersion\\":\\")\d+/g, '$1<rv>')
      .replace(JWT, '<jwt>')
      .replace(UUID, (id) => (this.#source.includes(id) ? id : '<uid>'))
      .replace(TIME, (time, fraction?: string) => this.#time(time, fraction))
      .replace(/too old resource version: \d+ \(\d+\)/g, 'too old resource version: <rv> (<rv>)')
      .replace(/(Too large resource version: \d+, current:) \d+/g, '$1 <rv>')
      .replace(/(ResourceVersion in (?:the precondition|record)) \(\d+\)/g, '$1 (<rv>)')
  }

  #time(time: string, fraction: string | undefined): string {
    const old = Math.abs(Date.parse(time) - Date.now()) > 2 * 86_400_000
    if (old || this.#source.includes(time)) return time
    if (fraction === undefined) return '<time>'
    return fraction.length === 7 ? '<microtime>' : '<nanotime>'
  }
}

const FOREIGN_AUTHORITY =
  /, \{ConfigMap: &\{LocalObjectReference: \{Name: "openshift-service-ca.crt"\}[^}]*\}\}\}\}/g
const UUID = /\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g
const JWT = /\beyJ[\w-]+\.[\w-]+\.[\w-]+/g
const TIME = /\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(?:Z|[+-]\d\d:\d\d)/g
const AGES = new Set(['Age', 'Last Seen', 'First Seen', 'Duration'])
const NODE_PORTS = new Set(['nodePort', 'healthCheckNodePort'])
const BUILD = [
  'gitVersion',
  'gitCommit',
  'gitTreeState',
  'buildDate',
  'goVersion',
  'compiler',
  'platform',
]

/** In discovery: what Kubernetes has come to serve since the record. */
const NEWER = new Set(['resource.k8s.io', 'pods/resize'])

function isNewer(item: unknown): boolean {
  if (typeof item !== 'object' || item === null) return false
  const { name, subresource, responseKind } = item as Record<string, unknown>
  if (subresource === 'resize' && responseKind !== undefined) return true
  return typeof name === 'string' && NEWER.has(name) && ('versions' in item || 'verbs' in item)
}

/** Managers stand in the order of their times, which the clock makes another in each run. */
function inOrder(entries: readonly Record<string, unknown>[]): Record<string, unknown>[] {
  const rank = (entry: Record<string, unknown>) =>
    ['operation', 'manager', 'apiVersion', 'subresource', 'time']
      .map((name) => JSON.stringify(name === 'time' ? name in entry : entry[name]))
      .join(' ')
  return [...entries].sort((a, b) => (rank(a) < rank(b) ? -1 : 1))
}

/** The recorded program hands pods one more certificate authority than Kubernetes does. */
function withoutForeignAuthority(object: Record<string, unknown>): void {
  const { sources } = object
  if (!Array.isArray(sources)) return
  object['sources'] = sources.filter(
    (source) => !JSON.stringify(source).includes('openshift-service-ca.crt'),
  )
}

function normaliseTable(table: Record<string, unknown>): void {
  const columns = (table['columnDefinitions'] ?? []) as ColumnDefinition[]
  // Prose is each project's own.
  for (const column of columns) delete column.description
  for (const row of (table['rows'] ?? []) as { cells?: unknown[] }[]) {
    row.cells = row.cells?.map((cell, i) => normaliseCell(columns[i], cell))
  }
}

interface ColumnDefinition {
  readonly name: string
  readonly type?: string
  description?: string
}

function normaliseCell(of: ColumnDefinition | undefined, cell: unknown): unknown {
  if (typeof cell !== 'string') return cell
  const column = of?.name
  const isAge = column === undefined || AGES.has(column) || of?.type === 'date'
  if (isAge && /^-?(\d+[smhdy])+$/.test(cell)) return '<age>'
  if (column === 'Cluster-IP' && /^\d+\./.test(cell)) return '<clusterIP>'
  if (column === 'Port(s)') return cell.replace(/:3\d{4}\//g, ':<nodePort>/')
  return cell
}

/** Where two JSON values first differ; undefined when they are equal. */
export function firstDifference(
  want: unknown,
  got: unknown,
  at = '',
): { at: string; want: unknown; got: unknown } | undefined {
  if (want === got) return undefined
  const bothObjects =
    typeof want === 'object' && typeof got === 'object' && want !== null && got !== null
  if (!bothObjects || Array.isArray(want) !== Array.isArray(got)) return { at, want, got }
  const a = want as Record<string, unknown>
  const b = got as Record<string, unknown>
  for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) {
    const found = firstDifference(a[key], b[key], at === '' ? key : `${at}.${key}`)
    if (found) return found
  }
  return undefined
}

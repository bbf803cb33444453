/** Values of a metric's labels, in the order of its label names. */
export type Labels = readonly string[]

interface Sample {
  readonly suffix: string
  readonly labels: readonly (readonly [name: string, value: string])[]
  readonly value: number
}

interface Metric {
  readonly name: string
  readonly help: string
  readonly type: 'counter' | 'gauge' | 'histogram'
  samples(): Iterable<Sample> | Promise<Iterable<Sample>>
}

/**
 * Metrics in Prometheus' text format, version 0.0.4. Counting costs a map's lookup at most; gauges
 * are asked when somebody looks.
 */
export class Registry {
  readonly #metrics = new Map<string, Metric>()

  /** `type` gauge: its cells are set, too. */
  counter(
    name: string,
    help: string,
    labelNames: readonly string[] = [],
    type: 'counter' | 'gauge' = 'counter',
  ): Counter {
    const counter = new Counter(labelNames)
    this.#add({ name, help, type, samples: () => counter.samples() })
    return counter
  }

  /** `ask` is called at each exposition. Counters that somebody else keeps are asked the same way. */
  ask(
    name: string,
    help: string,
    ask: () => number | Promise<number> | undefined,
    type: 'gauge' | 'counter' = 'gauge',
  ): void {
    const samples = async () => {
      const value = await ask()
      return value === undefined ? [] : [{ suffix: '', labels: [], value }]
    }
    this.#add({ name, help, type, samples })
  }

  /** A counter of somebody else, by the values of a label. */
  labelled(
    name: string,
    help: string,
    labelName: string,
    ask: () => ReadonlyMap<string, number>,
  ): void {
    const samples = () =>
      [...ask()].map(([label, value]) => {
        return { suffix: '', labels: [[labelName, label] as const], value }
      })
    this.#add({ name, help, type: 'counter', samples })
  }

  /** A gauge that is 1, and says what it has to say in its labels. */
  info(name: string, help: string, labels: Readonly<Record<string, string>>): void {
    const sample = { suffix: '', labels: Object.entries(labels), value: 1 }
    this.#add({ name, help, type: 'gauge', samples: () => [sample] })
  }

  /** `bounds` in ascending order; the last bucket, +Inf, comes by itself. */
  histogram(name: string, help: string, bounds: readonly number[]): Histogram {
    const histogram = new Histogram(bounds)
    this.#add({ name, help, type: 'histogram', samples: () => histogram.samples() })
    return histogram
  }

  /** A histogram for each combination of the labels' values. */
  histograms(
    name: string,
    help: string,
    bounds: readonly number[],
    ...labelNames: readonly string[]
  ): (...labels: Labels) => Histogram {
    const all = new Map<string, LabelledHistogram>()
    this.#add({ name, help, type: 'histogram', samples: () => labelled(all, labelNames) })
    return (...labels) => {
      const key = labels.join('\0')
      const known = all.get(key)
      if (known) return known.histogram
      const histogram = new Histogram(bounds)
      all.set(key, { labels, histogram })
      return histogram
    }
  }

  /** Metrics of one name are one: the first that was added counts. */
  #add(metric: Metric): void {
    if (!this.#metrics.has(metric.name)) this.#metrics.set(metric.name, metric)
  }

  async expose(): Promise<string> {
    const lines: string[] = []
    const sorted = [...this.#metrics.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
    for (const metric of sorted) {
      const samples = [...(await metric.samples())]
      if (samples.length === 0) continue
      lines.push(`# HELP ${metric.name} ${metric.help}`, `# TYPE ${metric.name} ${metric.type}`)
      for (const { suffix, labels, value } of samples) {
        lines.push(`${metric.name}${suffix}${labelText(labels)} ${numberText(value)}`)
      }
    }
    return `${lines.join('\n')}\n`
  }
}

export class Counter {
  readonly #labelNames: readonly string[]
  readonly #values = new Map<string, { labels: Labels; value: number }>()

  constructor(labelNames: readonly string[]) {
    this.#labelNames = labelNames
    if (labelNames.length === 0) this.#values.set('', { labels: [], value: 0 })
  }

  add(amount = 1, ...labels: Labels): void {
    this.cell(...labels).value += amount
  }

  /** One series, to be counted without looking for it each time. */
  cell(...labels: Labels): { value: number } {
    const key = labels.join('\0')
    let cell = this.#values.get(key)
    if (!cell) {
      cell = { labels, value: 0 }
      this.#values.set(key, cell)
    }
    return cell
  }

  *samples(): Generator<Sample> {
    for (const { labels, value } of this.#values.values()) {
      const named = this.#labelNames.map((name, i) => [name, labels[i] ?? ''] as const)
      yield { suffix: '', labels: named, value }
    }
  }
}

export class Histogram {
  readonly #bounds: readonly number[]
  readonly #counts: number[]
  #sum = 0
  #count = 0

  constructor(bounds: readonly number[]) {
    this.#bounds = bounds
    this.#counts = bounds.map(() => 0)
  }

  observe(value: number): void {
    this.#sum += value
    this.#count++
    const index = this.#bounds.findIndex((bound) => value <= bound)
    if (index >= 0) this.#counts[index] = (this.#counts[index] ?? 0) + 1
  }

  *samples(): Generator<Sample> {
    let below = 0
    for (const [i, bound] of this.#bounds.entries()) {
      below += this.#counts[i] ?? 0
      yield { suffix: '_bucket', labels: [['le', numberText(bound)]], value: below }
    }
    yield { suffix: '_bucket', labels: [['le', '+Inf']], value: this.#count }
    yield { suffix: '_sum', labels: [], value: this.#sum }
    yield { suffix: '_count', labels: [], value: this.#count }
  }
}

interface LabelledHistogram {
  readonly labels: Labels
  readonly histogram: Histogram
}

function* labelled(
  all: ReadonlyMap<string, LabelledHistogram>,
  labelNames: readonly string[],
): Generator<Sample> {
  for (const { labels, histogram } of all.values()) {
    const named = labelNames.map((name, i) => [name, labels[i] ?? ''] as const)
    for (const sample of histogram.samples()) {
      yield { ...sample, labels: [...named, ...sample.labels] }
    }
  }
}

/** As client_golang's: `count` bounds, each `factor` times the one before. */
export function exponentialBounds(start: number, factor: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => start * factor ** i)
}

function labelText(labels: Sample['labels']): string {
  if (labels.length === 0) return ''
  const escape = (value: string) =>
    value.replace(/[\\"\n]/g, (letter) => (letter === '\n' ? '\\n' : `\\${letter}`))
  return `{${labels.map(([name, value]) => `${name}="${escape(value)}"`).join(',')}}`
}

function numberText(value: number): string {
  if (value === Infinity) return '+Inf'
  return Number.isNaN(value) ? 'NaN' : String(value)
}

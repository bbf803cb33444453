/** One figure of one peer. */
export interface Measurement {
  readonly name: string
  readonly value: number
  readonly unit: '/s' | 'ms' | 's' | 'MiB'
  readonly better: 'more' | 'less'
}

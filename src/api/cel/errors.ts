/** A fault in an expression's text, at an offset of it. */
export interface Issue {
  readonly pos: number
  readonly message: string
}

/** An expression that cannot be compiled: its text is cel-go's, a snippet for each issue. */
export class CelCompileError extends Error {
  readonly issues: readonly Issue[]

  constructor(source: string, issues: readonly Issue[]) {
    super(issues.map((issue) => describeIssue(source, issue)).join('\n'))
    this.issues = issues
  }
}

/** An expression that failed while it ran. */
export class CelError extends Error {}

/** An expression that ran longer than it may. */
export class CelCostError extends CelError {}

/** `ERROR: <input>:1:5: …` with the line and a mark below it. */
export function describeIssue(source: string, { pos, message }: Issue): string {
  const before = source.slice(0, pos)
  const line = before.split('\n').length
  const start = before.lastIndexOf('\n') + 1
  const column = Array.from(source.slice(start, pos)).length
  const end = source.indexOf('\n', start)
  const text = source.slice(start, end < 0 ? undefined : end).replaceAll('\t', ' ')
  const head = `ERROR: <input>:${line}:${column + 1}: ${message}`
  return `${head}\n | ${text}\n | ${'.'.repeat(column)}^`
}

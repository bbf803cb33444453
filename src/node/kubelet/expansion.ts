/**
 * Expands `$(NAME)` from `values`; an unknown name stays as written and `$$` stands for one `$`
 * (Kubernetes' rules for `env`, `command`, `args` and `subPathExpr`). Names that have no value, or an
 * empty one, are put into `missing`.
 */
export function expand(
  text: string,
  values: ReadonlyMap<string, string>,
  missing?: Set<string>,
): string {
  let result = ''
  let i = 0
  while (i < text.length) {
    const char = text[i] as string
    if (char !== '$' || i + 1 >= text.length) {
      result += char
      i++
      continue
    }
    const next = text[i + 1] as string
    const end = next === '(' ? text.indexOf(')', i + 2) : -1
    if (next === '(' && end >= 0) {
      const name = text.slice(i + 2, end)
      if (!values.get(name)) missing?.add(name)
      result += values.get(name) ?? `$(${name})`
      i = end + 1
    } else {
      // `$$` is an escaped `$`; a `$` before anything else is a plain one and takes it along.
      result += next === '$' ? '$' : `$${next}`
      i += 2
    }
  }
  return result
}

import { readFileSync } from 'node:fs'
import { execFileSync } from 'node:child_process'

export interface SourceFile {
  /** From the repository's root, with `/`. */
  readonly path: string
  readonly text: string
}

/** A rule's finding: a place and what is wrong there. */
export interface Finding {
  readonly path: string
  readonly line: number
  readonly message: string
}

/** The TypeScript files that git tracks or would track. */
export function readSources(folders: readonly string[]): SourceFile[] {
  const listed = execFileSync(
    'git',
    ['ls-files', '--cached', '--others', '--exclude-standard', ...folders],
    { encoding: 'utf8' },
  )
  const paths = [...new Set(listed.split('\n'))].filter((path) => path.endsWith('.ts'))
  return paths.flatMap((path) => {
    try {
      return [{ path, text: readFileSync(path, 'utf8') }]
    } catch {
      return [] // tracked, but removed in the working tree
    }
  })
}

/**
 * The text with comments (and, unless kept, the insides of strings) blanked out, line breaks kept.
 * Good enough for rules: regular expression literals are left as they are.
 */
export function blank(text: string, options: { keepStrings?: boolean } = {}): string {
  const pattern =
    /\/\/[^\n]*|\/\*[\s\S]*?\*\/|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\[\s\S]|[^`\\])*`/g
  return text.replace(pattern, (match) => {
    if (match.startsWith('/')) return match.replace(/[^\n]/g, ' ')
    if (options.keepStrings) return match
    if (match.startsWith('`') && match.includes('${')) return match
    return match[0] + match.slice(1, -1).replace(/[^\n]/g, ' ') + match.at(-1)
  })
}

export function lineOf(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length
}

/** Every module that a file names, with its line. */
export function importsOf(file: SourceFile): { specifier: string; line: number }[] {
  const text = blank(file.text, { keepStrings: true })
  const pattern = /(?:\bfrom\s+|\bimport\s+|\bimport\(\s*)'([^']+)'/g
  return [...text.matchAll(pattern)].map((match) => ({
    specifier: match[1] ?? '',
    line: lineOf(text, match.index),
  }))
}

import { posix } from 'node:path'
import { blank, type Finding, importsOf, lineOf, type SourceFile } from './source.ts'

const MAX_FILE_LINES = 500
const MAX_COLUMNS = 100

/** Where time, chance, files and sockets may be touched: all else can be repeated from a seed. */
const FREE_OF_DETERMINISM = ['src/platform/', 'src/cmd/', 'test/', 'bench/', 'scripts/']

const BANNED: readonly [pattern: RegExp, instead: string][] = [
  [/\bDate\.now\b|\bnew Date\(\)/g, 'the injected Clock'],
  [/\bperformance\./g, 'the injected Clock'],
  [/(?<![.\w])(?:setTimeout|setInterval|setImmediate)\(/g, 'the injected Clock'],
  [/\bMath\.random\b|\brandomUUID\b|\brandomBytes\b/g, 'the injected Random'],
  [/(?<![.\w-])process\.\w/g, 'a port from base'],
  [/\bAbortSignal\.timeout\b/g, 'withTimeout of base'],
  [/\bWeakRef\b|\bFinalizationRegistry\b/g, 'an owner that disposes'],
]

/** Modules of Node that only compute. */
const PURE_MODULES = [
  'node:buffer',
  'node:util',
  'node:path',
  'node:crypto',
  'node:zlib',
  'node:url',
]
/** Packages that do I/O, read a clock or draw random numbers: `platform` alone imports them. */
const IMPURE_PACKAGES = ['@grpc/grpc-js', 'bcryptjs', 'level', 'classic-level', 'pino']

/** The faults of one file. */
export function checkTidy(file: SourceFile): Finding[] {
  const findings: Finding[] = []
  const report = (line: number, message: string) => {
    findings.push({ path: file.path, line, message })
  }
  checkSize(file, report)
  const marker = new RegExp(
    `\\b(?:${['TO', 'FIX'].map((w) => `${w}${w === 'TO' ? 'DO' : 'ME'}`).join('|')})\\b`,
  )
  file.text.split('\n').forEach((text, i) => {
    if (marker.test(text)) report(i + 1, 'finish it, or open an issue')
  })
  if (!FREE_OF_DETERMINISM.some((folder) => file.path.startsWith(folder))) {
    checkDeterminism(file, report)
  }
  return findings
}

type Report = (line: number, message: string) => void

function checkSize(file: SourceFile, report: Report): void {
  const lines = file.text.split('\n')
  if (lines.length > MAX_FILE_LINES + 1) {
    report(1, `${lines.length} lines: split it (at most ${MAX_FILE_LINES})`)
  }
  lines.forEach((text, i) => {
    // Texts of errors and patterns are not broken for the sake of a column.
    if (text.length > MAX_COLUMNS && !/['"`/]/.test(text)) {
      report(i + 1, `${text.length} columns (at most ${MAX_COLUMNS})`)
    }
  })
}

function checkDeterminism(file: SourceFile, report: Report): void {
  const text = blank(file.text)
  for (const [pattern, instead] of BANNED) {
    for (const match of text.matchAll(pattern)) {
      report(lineOf(text, match.index), `${match[0].trim()} is banned here: use ${instead}`)
    }
  }
  for (const { specifier, line } of importsOf(file)) {
    const impure =
      (specifier.startsWith('node:') && !PURE_MODULES.includes(specifier)) ||
      IMPURE_PACKAGES.includes(specifier)
    if (impure) report(line, `${specifier} belongs in src/platform`)
  }
}

/** Source files that no program, script, test or benchmark reaches. */
export function checkDead(files: readonly SourceFile[]): Finding[] {
  const byPath = new Map(files.map((file) => [file.path, file]))
  const reached = new Set<string>()
  const queue = files.map((f) => f.path).filter((p) => /^(?:src\/cmd|test|bench|scripts)\//.test(p))
  for (let path = queue.pop(); path !== undefined; path = queue.pop()) {
    const file = byPath.get(path)
    if (!file || reached.has(path)) continue
    reached.add(path)
    for (const { specifier } of importsOf(file)) {
      if (specifier.startsWith('.')) {
        queue.push(posix.normalize(posix.join(posix.dirname(path), specifier)))
      }
    }
  }
  return files
    .filter((file) => !reached.has(file.path))
    .map((file) => ({ path: file.path, line: 1, message: 'nothing reaches this file' }))
}

import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Context } from 'mocha'
import { needShared, sharedFolder } from '../../../support/peers.ts'

/** One command of a script file: `cmd arg key=val key=(a,b)`, input lines, `----`, what it prints. */
export interface Directive {
  readonly line: number
  readonly command: string
  /** Arguments without `=`, in their order. */
  readonly words: readonly string[]
  readonly options: ReadonlyMap<string, readonly string[]>
  readonly input: string
  readonly expected: string
}

/** The names of a folder's script files; none when the vectors are absent. */
export function vectorFiles(folder: string): string[] {
  const shared = sharedFolder()
  return shared === undefined ? [] : readdirSync(join(shared, 'raft-vectors', folder)).sort()
}

/** For a `before` hook. Without the vectors: fails in CI, else skips every test with the reason. */
export function requireVectors(context: Context): void {
  needShared(context)
}

export function readVectors(folder: string, file: string): Directive[] {
  return parse(readFileSync(join(sharedFolder() ?? '', 'raft-vectors', folder, file), 'utf8'))
}

export function parse(text: string): Directive[] {
  const lines = text.split('\n')
  const directives: Directive[] = []
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at] ?? ''
    if (line.trim() === '' || line.startsWith('#')) continue
    const start = at + 1
    const input: string[] = []
    while (lines[++at] !== '----' && at < lines.length) input.push(lines[at] ?? '')
    const expected: string[] = []
    if (lines[at + 1] === '----') {
      at += 2
      while (!(lines[at] === '----' && lines[at + 1] === '----')) expected.push(lines[at++] ?? '')
      at++
    } else {
      while ((lines[++at] ?? '') !== '') expected.push(lines[at] ?? '')
    }
    directives.push({
      line: start,
      ...parseCommand(line),
      input: input.join('\n'),
      expected: expected.join('\n'),
    })
  }
  return directives
}

function parseCommand(line: string): Pick<Directive, 'command' | 'words' | 'options'> {
  const [command = '', ...args] = line.match(/[^\s=]+=\([^)]*\)|\S+/g) ?? []
  const words: string[] = []
  const options = new Map<string, string[]>()
  for (const arg of args) {
    const equals = arg.indexOf('=')
    if (equals < 0) {
      words.push(arg)
      continue
    }
    const value = arg.slice(equals + 1)
    const list = value.startsWith('(') ? value.slice(1, -1).split(/[,\s]+/) : [value]
    options.set(
      arg.slice(0, equals),
      list.filter((v) => v !== ''),
    )
  }
  return { command, words, options }
}

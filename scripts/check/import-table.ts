import { posix } from 'node:path'
import { type Finding, importsOf, type SourceFile } from './source.ts'

/**
 * Who may import whom (ARCHITECTURE.md shows the same table). The longest matching folder counts.
 * `base` and the generated code may be imported by everyone in src.
 */
export const IMPORT_TABLE: Readonly<Record<string, readonly string[]>> = {
  'src/base': [],
  'src/raft': [],
  'src/store/mvcc': ['src/store/watch', 'src/store/lease', 'src/store/auth'],
  'src/store/watch': ['src/store/mvcc', 'src/store/lease', 'src/store/auth'],
  'src/store/lease': ['src/store/mvcc', 'src/store/watch', 'src/store/auth'],
  'src/store/auth': ['src/store/mvcc', 'src/store/watch', 'src/store/lease'],
  'src/store': ['src/raft', 'src/store'],
  'src/kv': ['src/kv'],
  'src/kv/local': ['src/kv', 'src/store'],
  'src/api': ['src/api'],
  'src/client': ['src/api'],
  'src/master/apiserver': ['src/api', 'src/kv'],
  'src/master/scheduler': ['src/client', 'src/api'],
  'src/master/controllers': ['src/client', 'src/api'],
  'src/node': ['src/client', 'src/api'],
  'src/node/kubelet': ['src/client', 'src/api'],
  'src/node/proxy': ['src/client', 'src/api'],
  'src/node/dns': ['src/client', 'src/api'],
  'src/cli': ['src/client', 'src/api'],
  'src/platform': [],
  'src/sim': [],
  'src/cmd': ['src', 'cluster'],
  cluster: ['src', 'cluster'],
}

const ALWAYS = ['src/base', 'src/gen']
/** Folders whose own parts may not see each other, but which the folder itself joins together. */
const JOINTS: Readonly<Record<string, readonly string[]>> = {
  'src/node': ['src/node/kubelet', 'src/node/proxy', 'src/node/dns'],
  'src/store': ['src/store'],
}

const isWithin = (path: string, folder: string) => path === folder || path.startsWith(`${folder}/`)

function houseOf(path: string): string | undefined {
  const houses = Object.keys(IMPORT_TABLE).filter((folder) => isWithin(path, folder))
  return houses.sort((a, b) => b.length - a.length)[0]
}

/** The faults of the import table in these files. */
export function checkImports(files: readonly SourceFile[]): Finding[] {
  const findings: Finding[] = []
  for (const file of files) {
    const house = houseOf(file.path)
    if (!house) continue
    for (const { specifier, line } of importsOf(file)) {
      if (!specifier.startsWith('.')) continue
      const target = posix.normalize(posix.join(posix.dirname(file.path), specifier))
      const fault = judge(file.path, house, target)
      if (fault) findings.push({ path: file.path, line, message: fault })
    }
  }
  return findings
}

function judge(path: string, house: string, target: string): string | undefined {
  if (isWithin(target, house) && houseOf(target) === house) return undefined
  if (path.startsWith('src/cmd/')) return undefined
  const allowed = [...ALWAYS, ...(IMPORT_TABLE[house] ?? []), ...(JOINTS[house] ?? [])]
  if (!allowed.some((folder) => isWithin(target, folder))) {
    return `${house} may not import ${target} (import table)`
  }
  if (isWithin(target, 'src/gen')) return undefined
  const targetHouse = houseOf(target)
  const inner = targetHouse !== house && posix.basename(target) !== 'index.ts'
  if (inner && !sameFamily(house, targetHouse)) {
    return `${target} is inside another folder: enter it through its index.ts`
  }
  return undefined
}

/** Parts of one house (`src/store/rpc`, `src/store/mvcc`) may name each other's files. */
function sameFamily(a: string, b: string | undefined): boolean {
  return a.split('/').slice(0, 2).join('/') === b?.split('/').slice(0, 2).join('/')
}

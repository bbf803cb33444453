/**
 * Generates `src/gen/<name>.js` and `.d.ts` from `proto/<name>/*.proto`:
 * `node --import tsx scripts/gen-proto.ts`.
 *
 * 64-bit integers: protobufjs reads every one of them as a `Long` object. What we want is a number
 * (revisions, counts: below 2^53 for good), or a bigint where the whole range is in use (lease and
 * member ids). The .proto says which with protobuf's own option `jstype = JS_STRING`; this script
 * rewrites the generated reads, writes and types accordingly, and fails when it finds one that it
 * did not expect.
 */
import { execFile } from 'node:child_process'
import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import protobuf from 'protobufjs'
import { SCHEMA_TYPES, schemaOf } from './gen-schema.ts'

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..')
const PBJS = createRequire(import.meta.url).resolve('protobufjs-cli/bin/pbjs')
const OPTIONS = ['--force-number', '--no-delimited', '--no-typeurl', '--no-convert', '--no-verify']

/** Reads and writes of 64 bits, put at the head of each generated module. */
const HELPERS = `
const low = (bits) => bits.low >>> 0;
const readUnsigned = (reader) => {
    const bits = reader.uint64();
    return (bits.high >>> 0) * 4294967296 + low(bits);
};
const readNumber = (reader) => {
    const bits = reader.uint64();
    return (bits.high | 0) * 4294967296 + low(bits);
};
const readUBigint = (reader) => {
    const bits = reader.uint64();
    return BigInt(bits.high >>> 0) << 32n | BigInt(low(bits));
};
const readBigint = (reader) => {
    const bits = reader.uint64();
    return BigInt(bits.high | 0) << 32n | BigInt(low(bits));
};
const bits = (v) => typeof v === "bigint"
    ? { low: Number(BigInt.asIntN(32, v)), high: Number(BigInt.asIntN(32, v >> 32n)) }
    : v;
`

const folders = (await readdir(join(ROOT, 'proto'), { withFileTypes: true }))
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name)
for (const name of folders) await generate(name)
await writeSchema(folders)

async function writeSchema(names: readonly string[]): Promise<void> {
  const files: object[] = []
  for (const name of names) {
    const folder = join(ROOT, 'proto', name)
    const texts = new Map<string, string>()
    for (const file of (await readdir(folder)).toSorted()) {
      texts.set(file, await readFile(join(folder, file), 'utf8'))
    }
    files.push(...schemaOf(texts))
  }
  const out = join(ROOT, 'src', 'gen', 'schema.js')
  await writeFile(out, `export const schemaFiles = ${JSON.stringify(files)}\n`)
  await writeFile(out.replace(/js$/, 'd.ts'), SCHEMA_TYPES)
}

async function generate(name: string): Promise<void> {
  const folder = join(ROOT, 'proto', name)
  const files = (await readdir(folder)).filter((file) => file.endsWith('.proto')).toSorted()
  const paths = files.map((file) => join(folder, file))
  const out = join(ROOT, 'src', 'gen', `${name}.js`)
  await mkdir(dirname(out), { recursive: true })
  const args = ['-t', 'static-module', '-w', 'esm', '-d', ...OPTIONS, '--no-service', '-r', name]
  await promisify(execFile)(process.execPath, [PBJS, ...args, '-o', out, ...paths])
  const wide = wideFields(await protobuf.load(paths))
  await writeFile(out, rewriteCode(await readFile(out, 'utf8'), wide))
  const types = out.replace(/js$/, 'd.ts')
  await writeFile(types, rewriteTypes(await readFile(types, 'utf8'), wide))
}

/** Names of the fields that are bigints. A name is one or the other in all messages of a module. */
function wideFields(root: protobuf.Root): Set<string> {
  const wide = new Set<string>()
  const narrow = new Set<string>()
  const visit = (namespace: protobuf.NamespaceBase) => {
    for (const child of namespace.nestedArray) {
      if (child instanceof protobuf.Type) {
        for (const field of child.fieldsArray) {
          if (!field.type.endsWith('64')) continue
          if (!/^u?int64$/.test(field.type) || field.repeated || field.map) {
            throw new Error(`${field.fullName}: this script knows single int64 and uint64 fields`)
          }
          const set = field.options?.['jstype'] === 'JS_STRING' ? wide : narrow
          set.add(field.name)
        }
      }
      if (child instanceof protobuf.Namespace) visit(child)
    }
  }
  visit(root)
  for (const name of wide) {
    if (narrow.has(name)) throw new Error(`64-bit field ${name} is marked jstype in one place only`)
  }
  return wide
}

function rewriteCode(source: string, wide: ReadonlySet<string>): string {
  const reader = (field: string, type: string) => {
    const unsigned = type === 'uint64'
    if (wide.has(field)) return unsigned ? 'readUBigint(reader)' : 'readBigint(reader)'
    return unsigned ? 'readUnsigned(reader)' : 'readNumber(reader)'
  }
  const code = source
    .replace(/\n *\/\*\*[^]*?\*\//g, '')
    .replace(
      /(\w+)\.prototype\.(\w+) = \$util\.Long \? [^;]+ : 0;/g,
      (_, type: string, field: string) =>
        `${type}.prototype.${field} = ${wide.has(field) ? '0n' : '0'};`,
    )
    .replace(/\(typeof (message\.\w+) === "object" \? [^)]*? !== 0\)/g, '$1')
    .replace(
      /if \(typeof \(value = reader\.(u?int64)\(\)\) === "object" \? [^\n]*\n(\s*)message\.(\w+)/g,
      (_, type: string, space: string, field: string) =>
        `if (value = ${reader(field, type)})\n${space}message.${field}`,
    )
    .replace(
      /message\.(\w+) = reader\.(u?int64)\(\)/g,
      (_, field: string, type: string) => `message.${field} = ${reader(field, type)}`,
    )
    .replace(/\.(u?int64)\((message\.\w+)\)/g, '.$1(bits($2))')
  const body = code.slice(code.indexOf('const $root'))
  if (/reader\.u?int64|Long/.test(body)) throw new Error('a 64-bit field was left as it was')
  return code.replace('const $root', `${HELPERS}\nconst $root`)
}

function rewriteTypes(source: string, wide: ReadonlySet<string>): string {
  const types = source.replace(/^import Long.*\n/m, '')
  return types.replace(/\b(\w+)(\??: \(?)number\b/g, (text, field: string, between: string) =>
    wide.has(field) ? `${field}${between}bigint` : text,
  )
}

import { CelError } from '../errors.ts'
import { fn, method, type Overload, sig, walksFirst } from '../functions.ts'
import { opaque, T } from '../types.ts'
import { type CelValue, Opaque } from '../values.ts'

const TYPE = opaque('kubernetes.Semver')
const SHAPE =
  /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(?:-([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?(?:\+([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?$/

class SemverValue extends Opaque {
  readonly typeName = 'kubernetes.Semver'
  /** Major, minor, patch. */
  readonly numbers: readonly bigint[]
  readonly pre: readonly string[]

  constructor(numbers: readonly bigint[], pre: readonly string[]) {
    super()
    this.numbers = numbers
    this.pre = pre
  }
  equals(other: Opaque): boolean {
    return other instanceof SemverValue && compareVersions(this, other) === 0
  }
}

// With `normalize`: a `v` in front, missing numbers and leading zeros are mended.
function parse(text: string, normalize: boolean): SemverValue | undefined {
  const match = SHAPE.exec(normalize ? mend(text) : text)
  if (!match) return undefined
  const pre = match[4] === undefined ? [] : match[4].split('.')
  if (pre.some((part) => /^0\d+$/.test(part))) return undefined
  const numbers = match.slice(1, 4).map(BigInt)
  if (numbers.some((n) => n >= 2n ** 64n)) return undefined
  return new SemverValue(numbers, pre)
}

function mend(text: string): string {
  const [, numbers = '', rest = ''] = /^v?([\d.]*)(.*)$/s.exec(text) ?? []
  const parts = numbers.split('.').map((part) => part.replace(/^0+(?=\d)/, ''))
  if (rest !== '' && parts.length < 3) return text
  while (parts.length < 3) parts.push('0')
  return parts.join('.') + rest
}

function read(args: readonly CelValue[]): SemverValue {
  const [text, normalize = false] = args
  const version = parse(text as string, normalize === true)
  if (version) return version
  throw new CelError(`parse error during conversion from string: invalid semver: ${text as string}`)
}

/** Order by semver.org §11. */
function compareVersions(a: SemverValue, b: SemverValue): number {
  for (const [i, x] of a.numbers.entries()) {
    const y = b.numbers[i] ?? 0n
    if (x !== y) return x < y ? -1 : 1
  }
  if (a.pre.length === 0 || b.pre.length === 0) {
    return Math.sign(Number(b.pre.length > 0) - Number(a.pre.length > 0)) || 0
  }
  for (let i = 0; i < Math.max(a.pre.length, b.pre.length); i++) {
    const [x, y] = [a.pre[i], b.pre[i]]
    if (x === undefined) return -1
    if (y === undefined) return 1
    const order = compareParts(x, y)
    if (order !== 0) return order
  }
  return 0
}

function compareParts(x: string, y: string): number {
  const [xNumeric, yNumeric] = [/^\d+$/.test(x), /^\d+$/.test(y)]
  if (xNumeric && yNumeric) {
    const [p, q] = [BigInt(x), BigInt(y)]
    return p < q ? -1 : p > q ? 1 : 0
  }
  if (xNumeric !== yNumeric) return xNumeric ? -1 : 1
  return x < y ? -1 : x > y ? 1 : 0
}

/** Kubernetes' library for versions (semver.org). */
export function versions(): Overload[] {
  const order = ([a, b]: readonly CelValue[]) => compareVersions(a as SemverValue, b as SemverValue)
  const number = (name: string, index: number) =>
    method(name, sig([TYPE], T.int), ([a]) => (a as SemverValue).numbers[index] ?? 0n)
  const isVersion = ([text, normalize = false]: readonly CelValue[]) =>
    parse(text as string, normalize === true) !== undefined
  return [
    fn('semver', sig([T.string], TYPE), read, walksFirst),
    fn('semver', sig([T.string, T.bool], TYPE), read, walksFirst),
    fn('isSemver', sig([T.string], T.bool), isVersion, walksFirst),
    fn('isSemver', sig([T.string, T.bool], T.bool), isVersion, walksFirst),
    method('isLessThan', sig([TYPE, TYPE], T.bool), (args) => order(args) < 0),
    method('isGreaterThan', sig([TYPE, TYPE], T.bool), (args) => order(args) > 0),
    method('compareTo', sig([TYPE, TYPE], T.int), (args) => BigInt(order(args))),
    number('major', 0),
    number('minor', 1),
    number('patch', 2),
  ]
}

import { CelError } from '../errors.ts'
import {
  dns1035LabelErrors,
  dns1123LabelErrors,
  dns1123SubdomainErrors,
  labelValueErrors,
  qualifiedNameErrors,
} from '../../validation/index.ts'
import { fn, method, type Overload, sig, walksFirst } from '../functions.ts'
import { readDuration } from '../time.ts'
import { listOf, opaque, optionalOf, T } from '../types.ts'
import { ArrayList, type CelValue, Opaque, Optional } from '../values.ts'

const TYPE = opaque('kubernetes.NamedFormat')

type Check = (text: string) => readonly string[]

class FormatValue extends Opaque {
  readonly typeName = 'kubernetes.NamedFormat'
  readonly name: string
  readonly check: Check
  constructor(name: string, check: Check) {
    super()
    this.name = name
    this.check = check
  }
  equals(other: Opaque): boolean {
    return other instanceof FormatValue && other.name === this.name
  }
}

const prefix =
  (check: Check): Check =>
  (text) =>
    check(text.endsWith('-') ? `${text.slice(0, -1)}a` : text)

const UUID = /^[0-9a-fA-F]{8}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{12}$/

const must =
  (test: (text: string) => boolean, why: string): Check =>
  (text) =>
    test(text) ? [] : [why]

const CHECKS: Readonly<Record<string, Check>> = {
  dns1123Label: dns1123LabelErrors,
  dns1123Subdomain: dns1123SubdomainErrors,
  dns1035Label: dns1035LabelErrors,
  qualifiedName: qualifiedNameErrors,
  dns1123LabelPrefix: prefix(dns1123LabelErrors),
  dns1123SubdomainPrefix: prefix(dns1123SubdomainErrors),
  dns1035LabelPrefix: prefix(dns1035LabelErrors),
  labelValue: labelValueErrors,
  uri: must((text) => /^(?:[A-Za-z][A-Za-z0-9+.-]*:\S+|\/\S*)$/.test(text), 'invalid URI'),
  uuid: must((text) => UUID.test(text), 'does not match the UUID format'),
  byte: must(
    (text) => /^[A-Za-z0-9+/]*={0,2}$/.test(text) && text.length % 4 === 0,
    'invalid base64',
  ),
  date: must((text) => isDate(text), 'invalid date'),
  datetime: must(
    (text) => /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:?\d\d)?$/i.test(text),
    'invalid datetime',
  ),
}

function isDate(text: string): boolean {
  return /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(Date.parse(`${text}T00:00:00Z`))
}

/** Kubernetes' library for formats: `format.dns1123Label().validate(…)`. */
export function formats(): Overload[] {
  const values = new Map(
    Object.entries(CHECKS).map(([name, check]) => [name, new FormatValue(name, check)] as const),
  )
  const named = [...values].map(([name, value]) => fn(`format.${name}`, sig([], TYPE), () => value))
  return [
    ...named,
    fn('format.named', sig([T.string], optionalOf(TYPE)), ([name]) => {
      return Optional.of(values.get(name as string))
    }),
    method('validate', sig([TYPE, T.string], optionalOf(listOf(T.string))), validate, {
      cost: ([, n = 1]) => Math.max(1, Math.ceil(n * 0.1)),
    }),
    fn(
      'isDuration',
      sig([T.string], T.bool),
      ([text]) => {
        return readDuration(text as string) !== undefined
      },
      walksFirst,
    ),
  ]
}

function validate([format, text]: readonly CelValue[]): CelValue {
  if (!(format instanceof FormatValue)) throw new CelError('no such overload')
  const errors = format.check(text as string)
  return errors.length === 0 ? Optional.none : Optional.of(new ArrayList([...errors]))
}

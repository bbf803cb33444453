import { compilePattern } from '../pattern/index.ts'
import { parseAddress } from '../cel/index.ts'

const pattern = (source: string) => {
  const compiled = compilePattern(source)
  return (text: string) => typeof compiled !== 'string' && compiled.test(text)
}

const HEX4 = '[0-9a-fA-F]{4}'
const uuid = (version: string, variant = HEX4) =>
  pattern(`^[0-9a-fA-F]{8}-?${HEX4}-?${version}-?${variant}-?[0-9a-fA-F]{12}$`)

const isDate = (text: string) => {
  if (!/^\d{4}-\d\d-\d\d$/.test(text)) return false
  const time = new Date(`${text}T00:00:00Z`)
  return !Number.isNaN(time.getTime()) && time.toISOString().startsWith(text)
}

const DATE_TIME =
  /^(\d{4}-\d\d-\d\d)[Tt]([01]\d|2[0-3]):[0-5]\d:[0-5]\d(.\d+)?([Zz]|[+-]\d\d:\d\d)$/

const isDateTime = (text: string) => {
  const match = DATE_TIME.exec(text)
  return match !== null && isDate(match[1] ?? '')
}

const DURATION_UNITS =
  'ns|nano|nanosecond|us|µs|micro|microsecond|ms|milli|millisecond|s|sec|second|m|min|minute|' +
  'h|hr|hour|d|day|w|wk|week'
const isDuration = (text: string) =>
  /^[+-]?(\d*\.?\d+(ns|us|µs|μs|ms|s|m|h))+$|^0$/.test(text) ||
  new RegExp(`^(\\d+)\\s*(${DURATION_UNITS})s?$`).test(text)

const isAddress = (family: 4 | 6) => (text: string) => {
  // Zeros may lead, as they might formerly.
  const address = parseAddress(text.replace(/(?<![\da-fA-F:])0+(?=\d)/g, ''))
  return typeof address !== 'string' && address.family === family
}

const isCidr = (text: string) => {
  const [ip = '', bits = '', ...more] = text.split('/')
  const address = parseAddress(ip)
  if (typeof address === 'string' || more.length > 0 || !/^\d{1,3}$/.test(bits)) return false
  return Number(bits) <= (address.family === 4 ? 32 : 128)
}

function luhn(digits: string): boolean {
  let sum = 0
  for (const [i, digit] of Array.from(digits).reverse().entries()) {
    const value = Number(digit) * (i % 2 === 1 ? 2 : 1)
    sum += value > 9 ? value - 9 : value
  }
  return sum % 10 === 0
}

const isCreditCard = (text: string) => {
  const digits = text.replace(/[^0-9]+/g, '')
  return /^\d{13,19}$/.test(digits) && luhn(digits)
}

function isIsbn(text: string, length: 10 | 13): boolean {
  const digits = text.replace(/[\s-]+/g, '')
  if (length === 10) {
    if (!/^\d{9}[\dX]$/.test(digits)) return false
    const sum = Array.from(digits).reduce(
      (total, digit, i) => total + (digit === 'X' ? 10 : Number(digit)) * (10 - i),
      0,
    )
    return sum % 11 === 0
  }
  if (!/^\d{13}$/.test(digits)) return false
  const sum = Array.from(digits).reduce((total, d, i) => total + Number(d) * (i % 2 ? 3 : 1), 0)
  return sum % 10 === 0
}

const isUri = (text: string) => {
  if (/[\s\p{Cc}]/u.test(text) || text === '') return false
  // An address in brackets must have both.
  if (/^[^/?#]*:\/\/[^/?#]*\[[^\]/?#]*($|[/?#])/.test(text)) return false
  return /^[A-Za-z][A-Za-z0-9+.-]*:.+$/.test(text) || text.startsWith('/')
}

const HOST_CHAR = '[a-zA-Z0-9\\p{S}\\p{L}]'
const HOST_INNER = '[a-zA-Z0-9-\\p{S}\\p{L}]'
const isHostname = pattern(
  `^(${HOST_CHAR}((-?${HOST_CHAR}{0,62})?)|` +
    `(${HOST_CHAR}((${HOST_INNER}{0,61}${HOST_CHAR})?)(\\.)){1,}([a-zA-Z\\p{L}]){2,63})$`,
)

const isRgbColor = (text: string) => {
  const match = /^rgb\(\s*(\d{1,3})\s*,\s*(\d{1,3})\s*,\s*(\d{1,3})\s*\)$/.exec(text)
  return (
    match !== null && match.slice(1).every((part) => /^(0|[1-9]\d*)$/.test(part) && +part < 256)
  )
}

const CHECKS: Readonly<Record<string, (text: string) => boolean>> = {
  bsonobjectid: pattern('^[0-9a-fA-F]{24}$'),
  uri: isUri,
  email: (text) => /^([^<>]*<[^\s@<>]+@[^\s@<>]+>|[^\s@<>]+@[^\s@<>]+)$/.test(text),
  hostname: (text) => text.length <= 255 && isHostname(text),
  ipv4: isAddress(4),
  ipv6: isAddress(6),
  cidr: isCidr,
  mac: pattern(
    '^([0-9A-Fa-f]{2}[:-]){5}([0-9A-Fa-f]{2}[:-]?)$|^([0-9A-Fa-f]{4}\\.){2}[0-9A-Fa-f]{4}$',
  ),
  uuid: uuid(HEX4),
  uuid3: uuid('3[0-9a-fA-F]{3}'),
  uuid4: uuid('4[0-9a-fA-F]{3}', '[89abAB][0-9a-fA-F]{3}'),
  uuid5: uuid('5[0-9a-fA-F]{3}', '[89abAB][0-9a-fA-F]{3}'),
  isbn: (text) => isIsbn(text, 10) || isIsbn(text, 13),
  isbn10: (text) => isIsbn(text, 10),
  isbn13: (text) => isIsbn(text, 13),
  creditcard: isCreditCard,
  ssn: pattern('^\\d{3}[- ]?\\d{2}[- ]?\\d{4}$'),
  hexcolor: pattern('^#?([0-9a-fA-F]{3}|[0-9a-fA-F]{6})$'),
  rgbcolor: isRgbColor,
  byte: (text) => /^[A-Za-z0-9+/]*={0,2}$/.test(text) && text.length % 4 === 0 && text !== '',
  password: () => true,
  date: isDate,
  duration: isDuration,
  'date-time': isDateTime,
  datetime: isDateTime,
}

/** Whether a format is one that is looked at: others are let be. */
export function isKnownFormat(format: string | undefined): format is string {
  return format !== undefined && Object.hasOwn(CHECKS, format)
}

/** Whether a text is of a format; formats that nobody knows hold for every text. */
export function isOfFormat(text: string, format: string): boolean {
  return CHECKS[format]?.(text) ?? true
}

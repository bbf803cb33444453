import type { FieldError } from '../../schema/index.ts'
import { invalid, notSupported, required } from '../field-errors.ts'

/** What a pod's spec stands in. */
export interface PodContext {
  /** In a pod itself, not in a template of pods. */
  readonly isPod: boolean
  /** The pod's name, if it is known already. */
  readonly name?: string | undefined
}

/** Upstream's word for a negative number. */
export const NEGATIVE_ERROR = 'must be greater than or equal to 0'
const IP_ERROR = 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)'

/** A field's faults, each as `Invalid value`. */
export function each(path: string, value: unknown, texts: readonly string[]): FieldError[] {
  return texts.map((text) => invalid(path, value, text))
}

/** Fails unless the value is one of those; an absent value is `Required`. */
export function oneOf(
  path: string,
  value: string | undefined,
  supported: readonly string[],
): FieldError[] {
  if (value === undefined || value === '') return [required(path)]
  return supported.includes(value) ? [] : [notSupported(path, value, supported)]
}

export function nonNegative(path: string, value: number | undefined): FieldError[] {
  return value !== undefined && value < 0 ? [invalid(path, value, NEGATIVE_ERROR)] : []
}

export function isIpv4(text: string): boolean {
  const parts = text.split('.')
  return parts.length === 4 && parts.every((p) => /^(0|[1-9]\d{0,2})$/.test(p) && Number(p) < 256)
}

export function isIpv6(text: string): boolean {
  const halves = text.split('::')
  if (halves.length > 2 || !/^[0-9a-fA-F:.]+$/.test(text)) return false
  const groups = (half: string) => (half === '' ? [] : half.split(':'))
  const all = halves.flatMap(groups)
  const last = all.at(-1) ?? ''
  const width = all.length + (last.includes('.') ? 1 : 0)
  const valid = all.every((group, i) =>
    i === all.length - 1 && group.includes('.') ? isIpv4(group) : /^[0-9a-fA-F]{1,4}$/.test(group),
  )
  return valid && (halves.length === 2 ? width < 8 : width === 8)
}

export function ipErrors(path: string, value: string): FieldError[] {
  return isIpv4(value) || isIpv6(value) ? [] : [invalid(path, value, IP_ERROR)]
}

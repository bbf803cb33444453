import type { DeepReadonly } from '../../base/index.ts'
import { goFieldOf, goStruct, goSyntax } from '../go/index.ts'
import { LabelSelector } from '../meta/index.ts'
import type { FieldWords, Struct } from '../schema/index.ts'
import { GoText } from './field-errors.ts'

/** An object of a declared type, as messages show it. */
export function goText(struct: Struct<FieldWords>, object: unknown): GoText {
  return new GoText(goSyntax(goStruct(struct, object)))
}

/** The value of one field, as messages show it. */
export function goFieldText(struct: Struct<FieldWords>, name: string, value: unknown): GoText {
  const text = goSyntax(goFieldOf(struct, name, value))
  // A pointer to nothing is shown as nothing is anywhere.
  return new GoText(/^\(\*.*\)\(nil\)$/.test(text) ? '"null"' : text)
}

/** `v1.LabelSelector{MatchLabels:…, MatchExpressions:…}` */
export function goLabelSelector(selector: DeepReadonly<LabelSelector> | undefined): GoText {
  return goText(LabelSelector, selector)
}

/** `[]byte{0x1, 0xff}`, of bytes in base64. */
export function goBytes(base64: string): GoText {
  const bytes = [...Buffer.from(base64, 'base64')].map((byte) => `0x${byte.toString(16)}`)
  return new GoText(`[]byte{${bytes.join(', ')}}`)
}

/** An object that is not looked into: its JSON, byte by byte. */
export function goRawExtension(value: unknown): GoText {
  const bytes = value === undefined ? [] : [...Buffer.from(JSON.stringify(value))]
  const list = bytes.map((byte) => `0x${byte.toString(16)}`).join(', ')
  const raw = value === undefined ? '[]uint8(nil)' : `[]uint8{${list}}`
  return new GoText(`runtime.RawExtension{Raw:${raw}, Object:runtime.Object(nil)}`)
}

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
  return new GoText(goSyntax(goFieldOf(struct, name, value)))
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

import { goQuote } from './quote.ts'
import { fieldsOf, type GoValue, isNil, itemsOf, scalarText } from './value.ts'

/** No two runs of a program have a value at the same address: any will do. */
const ADDRESS = '0xc000000000'

/** Go's `%#v`: `core.ServicePort{Name:"", Protocol:"TCP", …}`. */
export function goSyntax(value: GoValue): string {
  const { type } = value
  if (value.syntax !== undefined) return value.syntax
  switch (type.kind) {
    case 'string':
      return goQuote(scalarText(value))
    case 'bool':
    case 'int':
    case 'float':
      return scalarText(value)
    case 'pointer':
      return `(${type.text})(${isNil(value) ? 'nil' : ADDRESS})`
    case 'slice':
      if (isNil(value)) return `${type.text}(nil)`
      return `${type.text}{${itemsOf(value).map(goSyntax).join(', ')}}`
    case 'map': {
      if (isNil(value)) return `${type.text}(nil)`
      const entries = fieldsOf(value).map((e) => `${goQuote(e.name)}:${goSyntax(e.value)}`)
      return `${type.text}{${entries.join(', ')}}`
    }
    case 'struct': {
      const fields = fieldsOf(value).map((field) => `${field.name}:${goSyntax(field.value)}`)
      return `${type.text}{${fields.join(', ')}}`
    }
  }
}

import { present } from '../../base/index.ts'
import {
  type SchemaEnum,
  type SchemaFile,
  schemaFiles,
  type SchemaMethod,
  type SchemaType,
} from '../../gen/schema.js'

/** What the .proto files say, by full name. */

interface Named {
  readonly types: ReadonlyMap<string, SchemaType>
  readonly enums: ReadonlyMap<string, SchemaEnum>
  readonly methods: ReadonlyMap<string, SchemaMethod>
}

let named: Named | undefined

/** A message type, by `.package.Name`. */
export function typeNamed(name: string): SchemaType {
  return present(all().types.get(name), `a message ${name} in the .proto files`)
}

export function enumNamed(name: string): SchemaEnum {
  return present(all().enums.get(name), `an enum ${name} in the .proto files`)
}

/** A method, by `/package.Service/Method`. */
export function methodAt(path: string): SchemaMethod {
  return present(all().methods.get(path), `a method ${path} in the .proto files`)
}

/** Read when first asked: most members never are. */
function all(): Named {
  if (named) return named
  const types = new Map<string, SchemaType>()
  const enums = new Map<string, SchemaEnum>()
  const methods = new Map<string, SchemaMethod>()
  const add = (scope: string, inside: Pick<SchemaFile, 'types' | 'enums'>) => {
    for (const each of inside.enums) enums.set(`${scope}.${each.name}`, each)
    for (const each of inside.types) {
      types.set(`${scope}.${each.name}`, each)
      add(`${scope}.${each.name}`, each)
    }
  }
  for (const file of schemaFiles) {
    add(`.${file.package}`, file)
    for (const service of file.services) {
      for (const each of service.methods) {
        methods.set(`/${file.package}.${service.name}/${each.name}`, each)
      }
    }
  }
  named = { types, enums, methods }
  return named
}

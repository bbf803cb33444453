import type { FieldType, FieldWords, Struct } from '../schema/index.ts'

type Declared = Struct<FieldWords>

/** How to walk the parts of a type that have lists which are always written. */
type Walk = (value: unknown) => unknown

const walks = new WeakMap<Declared, Walk | 'none' | 'begun'>()

/**
 * Makes empty lists that are always written null, in place: protobuf, in which Kubernetes keeps
 * objects, has no empty lists, so that it answers `null` for what was sent as `[]`.
 */
export function nullEmptyLists(struct: Declared, value: unknown): void {
  walkOf(struct)?.(value)
}

function walkOf(struct: Declared): Walk | undefined {
  const known = walks.get(struct)
  if (known === 'none' || known === 'begun') return undefined
  if (known) return known
  walks.set(struct, 'begun')
  const steps = Object.entries(struct.fields).flatMap(([name, definition]): Walk[] => {
    const { type, required, always, nullable } = definition
    const isGiven = always || (required && nullable !== true)
    const isWritten = isGiven && type.kind === 'list'
    const inner = inside(type)
    if (!isWritten && !inner) return []
    return [
      (value) => {
        const fields = value as Record<string, unknown>
        const item = fields[name]
        if (item === undefined || item === null) return
        if (isWritten && Array.isArray(item) && item.length === 0) fields[name] = null
        else inner?.(item)
      },
    ]
  })
  const walk: Walk = (value) => {
    if (typeof value !== 'object' || value === null) return
    for (const step of steps) step(value)
  }
  walks.set(struct, steps.length > 0 ? walk : 'none')
  return steps.length > 0 ? walk : undefined
}

function inside(type: FieldType): Walk | undefined {
  switch (type.kind) {
    case 'struct':
      return walkOf(type.struct())
    case 'list': {
      const item = inside(type.item)
      return item && ((value) => Array.isArray(value) && value.forEach((one) => item(one)))
    }
    case 'map': {
      const item = inside(type.value)
      return item && ((value) => Object.values(value as object).forEach((one) => item(one)))
    }
    default:
      return undefined
  }
}

import type {
  Column,
  FieldError,
  KubeObject,
  Resource,
  StoredAs,
  Strategy,
} from '../schema/index.ts'

/** Names a resource that keeps the objects, and the way there and back. */
export function storedAs<T extends KubeObject, S extends KubeObject>(
  resource: Resource<S>,
  conversion: { to(object: T): S; from(stored: S): T },
): StoredAs<T> {
  return {
    resource,
    toStored: (object) => conversion.to(object),
    fromStored: (stored) => conversion.from(stored as S),
  }
}

/**
 * The strategy of a resource that is kept as another: what holds for what is stored holds for it,
 * in the words of the stored version. `applyDefaults` are its own.
 */
export function convertedStrategy<T extends KubeObject>(
  of: StoredAs<T>,
  applyDefaults: (object: T) => void = () => {},
): Strategy<T> {
  const { strategy } = of.resource
  const change = (object: T, prepare: (stored: KubeObject) => void): void => {
    const stored = of.toStored(object)
    prepare(stored)
    replace(object, of.fromStored(stored))
  }
  const check = (how: 'validateUpdate' | 'validateStatusUpdate', object: T, old: T): FieldError[] =>
    strategy[how](of.toStored(object), of.toStored(old))
  return {
    ...strategy,
    applyDefaults(object) {
      applyDefaults(object)
      change(object, (stored) => strategy.applyDefaults(stored))
    },
    prepareForCreate: (object) => change(object, (stored) => strategy.prepareForCreate(stored)),
    prepareForUpdate: (object, old) =>
      change(object, (stored) => strategy.prepareForUpdate(stored, of.toStored(old))),
    prepareForStatusUpdate: (object, old) =>
      change(object, (stored) => strategy.prepareForStatusUpdate(stored, of.toStored(old))),
    validateCreate: (object) => strategy.validateCreate(of.toStored(object)),
    validateUpdate: (object, old) => check('validateUpdate', object, old),
    validateStatusUpdate: (object, old) => check('validateStatusUpdate', object, old),
    ...(strategy.defaultGraceSeconds && {
      defaultGraceSeconds: (object: T) => strategy.defaultGraceSeconds?.(of.toStored(object)),
    }),
  }
}

/** Makes `object` what `now` is; the caller holds on to `object`. */
function replace(object: KubeObject, now: KubeObject): void {
  for (const key of Object.keys(object)) if (!(key in now)) Reflect.deleteProperty(object, key)
  Object.assign(object, now)
}

/** The columns of what is stored. */
export function convertedColumns<T extends KubeObject>(of: StoredAs<T>): readonly Column<T>[] {
  return of.resource.columns.map((column) => ({
    ...column,
    cell: (object, context) => column.cell(of.toStored(object), context),
  }))
}

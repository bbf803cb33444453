import type { CustomResourceSubresourceScale } from '../apiextensions/index.ts'
import type { KubeObject, ScalePaths } from '../schema/index.ts'
import { isObject, type JsonObject, setKey } from '../structural/index.ts'
import { parseJsonPath } from './json-path.ts'

/** The scale sub-resource of a custom resource: numbers and selector where its paths say. */
export function customScale(of: CustomResourceSubresourceScale): ScalePaths<KubeObject> {
  const numberAt = (path: string) => {
    const compiled = parseJsonPath(path)
    return (object: KubeObject): number | undefined => {
      const [value] = compiled?.find(object) ?? []
      return typeof value === 'number' ? value : undefined
    }
  }
  const spec = numberAt(of.specReplicasPath)
  const status = numberAt(of.statusReplicasPath)
  const selector = of.labelSelectorPath ? parseJsonPath(of.labelSelectorPath) : undefined
  const names = parseJsonPath(of.specReplicasPath)?.names ?? []
  return {
    replicas: (object) => spec(object) ?? 0,
    missing: (object) =>
      spec(object) === undefined
        ? `the spec replicas field ${JSON.stringify(of.specReplicasPath)} does not exist`
        : undefined,
    setReplicas: (object, replicas) => setAt(object, names, replicas),
    statusReplicas: (object) => status(object) ?? 0,
    selector(object) {
      const [value] = selector?.find(object) ?? []
      return typeof value === 'string' ? value : ''
    },
  }
}

function setAt(object: KubeObject, names: readonly string[], value: number): void {
  const [last] = names.slice(-1)
  let at: JsonObject = Object.assign(object)
  for (const name of names.slice(0, -1)) {
    if (!isObject(at[name])) setKey(at, name, {})
    at = at[name] as JsonObject
  }
  if (last !== undefined) setKey(at, last, value)
}

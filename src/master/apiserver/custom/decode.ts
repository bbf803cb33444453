import type { StatusError } from '../../../base/index.ts'
import {
  apiVersionOf,
  type CustomShape,
  describeStrictErrors,
  findDuplicates,
  JsonSyntaxError,
  JsonTypeError,
  type KubeObject,
  parseJson,
  parseYaml,
  type Resource,
  YamlSyntaxError,
} from '../../../api/index.ts'
import type { Body, DecodeContext } from '../decode.ts'
import { statusErrors } from '../status.ts'

type Custom = Resource & { readonly custom: CustomShape }

export function isCustom(of: Partial<Resource>): of is Custom {
  return of.custom !== undefined
}

/** The custom object in a request's body. Throws 400 with Kubernetes' texts. */
export function decodeCustom(resource: Custom, body: Body, context: DecodeContext): KubeObject {
  const read = readBody(resource, body)
  const { value, text } = read
  const { kind, apiVersion } = value
  const unrecognized = (why: string) => {
    const head = Buffer.from(body.bytes.subarray(0, SUMMARY_BYTES))
    const shown = head[0] === 0x7b ? head.toString('utf8') : head.toString('hex')
    const summary = body.bytes.length > SUMMARY_BYTES ? `${shown} ...` : shown
    return statusErrors.badRequest(
      `the object provided is unrecognized (must be of type ${resource.kind}): ${why} (${summary})`,
    )
  }
  if (typeof kind !== 'string' || kind === '') {
    throw unrecognized(`Object 'Kind' is missing in '${text}'`)
  }
  if (typeof apiVersion !== 'string' || apiVersion === '') {
    throw unrecognized(`Object 'apiVersion' is missing in '${text}'`)
  }
  if (apiVersion !== apiVersionOf(resource)) {
    throw statusErrors.badRequest(
      `the API version in the data (${apiVersion}) does not match the expected API version ` +
        `(${apiVersionOf(resource)})`,
    )
  }
  const unknown: string[] = []
  const object = readOrRefuse(resource, value, unknown)
  const found = [...read.duplicates(), ...unknown]
  if (found.length > 0) report(resource, found, context)
  return object
}

const SUMMARY_BYTES = 30

function readOrRefuse(
  resource: Custom,
  value: Record<string, unknown>,
  unknown: string[],
): KubeObject {
  try {
    return resource.custom.read(value, { unknown })
  } catch (error) {
    if (error instanceof JsonTypeError) throw refusal(resource, error.message)
    throw error
  }
}

function refusal({ kind, version }: Resource, why: string): StatusError {
  const text = `${kind} in version "${version}" cannot be handled as a ${kind}: ${why}`
  return statusErrors.badRequest(text)
}

function report(resource: Resource, found: readonly string[], context: DecodeContext): void {
  if (context.fieldValidation === 'Strict') throw refusal(resource, describeStrictErrors(found))
  if (context.fieldValidation === 'Warn') context.warnings.push(...found)
}

interface ReadBody {
  readonly value: Record<string, unknown>
  readonly text: string
  duplicates(): readonly string[]
}

function readBody(resource: Resource, { bytes, format }: Body): ReadBody {
  if (format === 'protobuf') {
    const message =
      'the body of the request was in an unknown format - accepted media types include: ' +
      'application/json, application/yaml'
    throw statusErrors.unsupportedMediaType(message)
  }
  const text = Buffer.from(bytes).toString('utf8')
  try {
    if (format === 'json') {
      const value = objectOrFail(parseJson(text))
      return { value, text, duplicates: () => findDuplicates(text, value) }
    }
    const { value, duplicates } = parseYaml(text)
    return { value: objectOrFail(value), text, duplicates: () => duplicates }
  } catch (error) {
    if (error instanceof JsonSyntaxError || error instanceof YamlSyntaxError) {
      throw statusErrors.badRequest(
        `the object provided is unrecognized (must be of type ${resource.kind}): ` +
          `couldn't get version/kind; json parse error: ${error.message}`,
      )
    }
    throw error
  }
}

function objectOrFail(value: unknown): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value }
  throw new JsonSyntaxError('json: cannot unmarshal into Go value of type map[string]interface {}')
}

/** What a patch made of a custom object. Throws 400 for what strict validation finds. */
export function readPatched(
  resource: Custom,
  value: Record<string, unknown>,
  of: { found: string[]; strict: boolean },
): KubeObject {
  const object = readOrRefuse(resource, value, of.found)
  if (of.strict && of.found.length > 0) throw refusal(resource, describeStrictErrors(of.found))
  return object
}

import { StatusError } from '../../base/index.ts'
import {
  type ApiType,
  decodeBody,
  decodeJson,
  decodeProto,
  DeleteOptions,
  describeStrictErrors,
  JsonSyntaxError,
  type KubeObject,
  parseJson,
  parseYaml,
  type Resource,
  unwrapProtobuf,
} from '../../api/index.ts'
import { decodeCustom, isCustom } from './custom/decode.ts'
import type { Format } from './negotiation.ts'
import type { FieldValidation } from './options.ts'
import { statusErrors } from './status.ts'

export interface Body {
  readonly bytes: Uint8Array
  readonly format: Format
}

export interface DecodeContext {
  readonly fieldValidation: FieldValidation
  /** What strict decoding finds is put here when the client wants to be warned only. */
  readonly warnings: string[]
  readonly isKnownKind: (apiVersion: string, kind: string) => boolean
}

/** The object in a request's body. Throws 400 with Kubernetes' texts. */
export function decodeObject(
  expected: ApiType | Resource,
  body: Body,
  context: DecodeContext,
): KubeObject {
  if (isCustom(expected)) return decodeCustom(expected, body, context)
  const { fieldValidation, isKnownKind } = context
  const strict = fieldValidation !== 'Ignore'
  const decoded = decodeBody<KubeObject>(expected, body.bytes, body.format, {
    strict,
    isKnownKind,
  })
  if (decoded.strictErrors.length === 0) return decoded.object
  if (fieldValidation === 'Strict') {
    const { kind, version } = expected
    throw statusErrors.badRequest(
      `${kind} in version "${version}" cannot be handled as a ${kind}: ` +
        describeStrictErrors(decoded.strictErrors),
    )
  }
  context.warnings.push(...decoded.strictErrors)
  return decoded.object
}

const DELETE_SCHEME = '"k8s.io/apimachinery/pkg/apis/meta/internalversion/scheme/register.go:27"'

/** The DeleteOptions in a body: of any group's version, for each has its own. Throws 500, as upstream. */
export function decodeDeleteOptions(body: Body): DeleteOptions {
  try {
    if (body.format === 'protobuf') {
      const { apiVersion, kind, raw } = unwrapProtobuf(body.bytes)
      checkKind(apiVersion, kind)
      return decodeProto<DeleteOptions>(DeleteOptions, raw)
    }
    const text = Buffer.from(body.bytes).toString('utf8')
    const value = body.format === 'json' ? parseJson(text) : parseYaml(text).value
    const { apiVersion, kind } = (value ?? {}) as { apiVersion?: unknown; kind?: unknown }
    if (typeof kind === 'string') checkKind(typeof apiVersion === 'string' ? apiVersion : '', kind)
    return decodeJson<DeleteOptions>(DeleteOptions, value)
  } catch (error) {
    if (error instanceof StatusError) throw error
    const { message } = error as Error
    const before =
      error instanceof JsonSyntaxError ? "couldn't get version/kind; json parse error: " : ''
    throw statusErrors.plain(before + message)
  }
}

function checkKind(apiVersion: string, kind: string): void {
  if (kind === '' || kind === 'DeleteOptions') return
  throw statusErrors.plain(
    `no kind "${kind}" is registered for version "${apiVersion}" in scheme ${DELETE_SCHEME}`,
  )
}

import { StatusError } from '../base/index.ts'
import {
  apiVersionOf,
  type DeleteOptions,
  type KubeObject,
  type ObjectList,
  type Resource,
  type Stored,
} from '../api/index.ts'
import { statusErrorOf } from './status.ts'
import type { Transport } from './transport.ts'
import type {
  CallOptions,
  ListCallOptions,
  ObjectName,
  PatchRequest,
  PatchType,
  ResourceClient,
  WatchCallOptions,
  WatchEvent,
} from './types.ts'
import { jsonFrames } from './watch-frames.ts'

const PATCH_CONTENT_TYPE: Readonly<Record<PatchType, string>> = {
  json: 'application/json-patch+json',
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
  apply: 'application/apply-patch+yaml',
}

/** The URL of a collection or an object, without a query. */
export function resourcePath(
  resource: Pick<Resource, 'group' | 'version' | 'plural' | 'namespaced'>,
  at: { namespace?: string | undefined; name?: string; subresource?: string } = {},
): string {
  const { group, version, plural, namespaced } = resource
  let path = group === '' ? `/api/${version}` : `/apis/${group}/${version}`
  if (namespaced && at.namespace) path += `/namespaces/${encodeURIComponent(at.namespace)}`
  path += `/${plural}`
  if (at.name !== undefined) path += `/${encodeURIComponent(at.name)}`
  if (at.subresource) path += `/${at.subresource}`
  return path
}

/** A path with its query; parameters that are undefined or empty are left out. */
export function withQuery(
  path: string,
  query: Readonly<Record<string, string | number | undefined>>,
): string {
  const parameters = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== '') parameters.set(name, String(value))
  }
  const text = parameters.toString()
  return text === '' ? path : `${path}?${text}`
}

export class TypedClient<T extends KubeObject> implements ResourceClient<T> {
  readonly resource: Resource<T>
  readonly #transport: Transport
  readonly #kind: { apiVersion: string; kind: string }

  constructor(resource: Resource<T>, transport: Transport) {
    this.resource = resource
    this.#transport = transport
    this.#kind = { apiVersion: apiVersionOf(resource), kind: resource.kind }
  }

  get(at: ObjectName, options: CallOptions = {}): Promise<Stored<T>> {
    return this.#object('GET', this.#path(at), undefined, options)
  }

  async list(options: ListCallOptions = {}): Promise<ObjectList<Stored<T>>> {
    const answer = await this.#transport.call({
      method: 'GET',
      path: this.#collection(options, {}),
      ...signalOf(options),
    })
    const list = parse(answer) as {
      items?: Stored<T>[] | null
      metadata: { resourceVersion: string }
    }
    // Servers leave kind and version out of a list's items.
    for (const item of list.items ?? []) Object.assign(item, { ...this.#kind })
    return { items: list.items ?? [], metadata: list.metadata }
  }

  create(object: T, options: CallOptions = {}): Promise<Stored<T>> {
    const { namespace } = object.metadata
    return this.#object('POST', resourcePath(this.resource, { namespace }), object, options)
  }

  update(object: T, options: CallOptions = {}): Promise<Stored<T>> {
    return this.#object('PUT', this.#path(object.metadata), object, options)
  }

  updateStatus(object: T, options: CallOptions = {}): Promise<Stored<T>> {
    return this.#object('PUT', this.#path(object.metadata, 'status'), object, options)
  }

  async patch(at: ObjectName, patch: PatchRequest, options: CallOptions = {}): Promise<Stored<T>> {
    const answer = await this.#transport.call({
      method: 'PATCH',
      path: withQuery(this.#path(at, patch.subresource), {
        fieldManager: patch.fieldManager,
        force: patch.force ? 'true' : undefined,
      }),
      body: JSON.stringify(patch.body),
      contentType: PATCH_CONTENT_TYPE[patch.type],
      ...signalOf(options),
    })
    return parse(answer) as Stored<T>
  }

  async delete(at: ObjectName, body?: DeleteOptions, options: CallOptions = {}): Promise<void> {
    await this.#transport.call({
      method: 'DELETE',
      path: this.#path(at),
      ...(body && {
        body: JSON.stringify({ apiVersion: 'v1', kind: 'DeleteOptions', ...body }),
      }),
      ...signalOf(options),
    })
  }

  async subresource(
    at: ObjectName,
    call: { name: string; method: 'POST' | 'PUT' | 'GET'; body?: unknown },
    options: CallOptions = {},
  ): Promise<unknown> {
    const answer = await this.#transport.call({
      method: call.method,
      path: this.#path(at, call.name),
      ...(call.body !== undefined && { body: JSON.stringify(call.body) }),
      ...signalOf(options),
    })
    return answer.length === 0 ? undefined : parse(answer)
  }

  async *watch(options: WatchCallOptions): AsyncIterable<WatchEvent<T>> {
    const chunks = await this.#transport.stream({
      method: 'GET',
      path: this.#collection(options, {
        watch: 'true',
        allowWatchBookmarks: 'true',
        timeoutSeconds: options.timeoutSeconds,
      }),
      signal: options.signal,
    })
    for await (const frame of jsonFrames(chunks)) {
      yield this.#event(frame as { type: string; object: Stored<T> })
    }
  }

  #event(frame: { type: string; object: Stored<T> }): WatchEvent<T> {
    const { type, object } = frame
    switch (type) {
      case 'ADDED':
      case 'MODIFIED':
      case 'DELETED':
        return { type, object: Object.assign(object, { ...this.#kind }) }
      case 'BOOKMARK':
        return { type, resourceVersion: object.metadata.resourceVersion }
      case 'ERROR':
        throw (
          statusErrorOf(object, 500) ??
          new StatusError(500, 'InternalError', 'the watch ended with an error it did not name')
        )
      default:
        throw new StatusError(500, 'InternalError', `the watch sent an unknown event "${type}"`)
    }
  }

  async #object(
    method: string,
    path: string,
    object: T | undefined,
    options: CallOptions,
  ): Promise<Stored<T>> {
    const answer = await this.#transport.call({
      method,
      path,
      ...(object && { body: JSON.stringify({ ...object, ...this.#kind }) }),
      ...signalOf(options),
    })
    return parse(answer) as Stored<T>
  }

  #path(at: { name?: string; namespace?: string }, subresource?: string): string {
    const { name = '', namespace } = at
    return resourcePath(this.resource, { name, namespace, ...(subresource && { subresource }) })
  }

  #collection(
    options: ListCallOptions,
    query: Readonly<Record<string, string | number | undefined>>,
  ): string {
    const { namespace, labelSelector, fieldSelector, limit, resourceVersion } = options
    return withQuery(resourcePath(this.resource, { namespace }), {
      labelSelector,
      fieldSelector,
      limit,
      continue: options.continue,
      resourceVersion,
      ...query,
    })
  }
}

function signalOf(options: CallOptions): { signal?: AbortSignal } {
  return options.signal ? { signal: options.signal } : {}
}

function parse(answer: Uint8Array): unknown {
  return JSON.parse(new TextDecoder().decode(answer))
}

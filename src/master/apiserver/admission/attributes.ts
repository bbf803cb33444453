import type { KubeObject } from '../../../api/index.ts'
import type { User } from '../user.ts'

export type Operation = 'CREATE' | 'UPDATE' | 'DELETE' | 'CONNECT'

/** The resource that a request names. */
export interface AdmissionResource {
  readonly group: string
  readonly version: string
  readonly plural: string
  readonly kind: string
  readonly namespaced: boolean
}

/** Whose request it is, and where its warnings and notes for the audit log go. */
export interface AdmissionCall {
  readonly user: User
  readonly signal: AbortSignal
  readonly warnings: string[]
  /** Annotations of the request's audit event. */
  readonly annotations?: Map<string, string>
}

export interface AttributesInit {
  readonly operation: Operation
  readonly resource: AdmissionResource
  /** Empty for the object itself: `status`, `scale`, `binding`, `eviction`, `exec`, … */
  readonly subresource: string
  /** Empty for cluster-scoped kinds. */
  readonly namespace: string
  /** Empty when an object is created whose name the server is to make. */
  readonly name: string
  /** Kind of `object` where it is not the resource's: Scale, Binding, Eviction, PodExecOptions. */
  readonly kind?: GroupVersionKind
  readonly object?: KubeObject
  readonly old?: KubeObject
  /** CreateOptions, UpdateOptions, PatchOptions, DeleteOptions as they came, for webhooks. */
  readonly options?: Readonly<Record<string, unknown>>
  readonly dryRun: boolean
}

export interface GroupVersionKind {
  readonly group: string
  readonly version: string
  readonly kind: string
}

/**
 * What admission looks at (apiserver `admission.Attributes`).
 *
 * | operation | `object`                        | `old`                 |
 * |-----------|---------------------------------|-----------------------|
 * | CREATE    | the new one, with defaults      | –                     |
 * | UPDATE    | as it is to be                  | as it is              |
 * | DELETE    | –                               | as it is              |
 * | CONNECT   | the options of exec and the like| –                     |
 *
 * A sub-resource that takes another kind (Scale, Binding, Eviction, TokenRequest) shows that kind
 * in `object`, as it is written: binding, eviction and token are CREATE, status and scale UPDATE.
 * Deletecollection is one DELETE for each object.
 */
export class AdmissionAttributes implements AttributesInit {
  readonly operation: Operation
  readonly resource: AdmissionResource
  readonly subresource: string
  readonly namespace: string
  readonly name: string
  readonly kind: GroupVersionKind
  /** Belongs to the request: mutating plugins change it in place, or by `replaceObject`. */
  readonly object?: KubeObject
  /** Shared: nobody changes it. */
  readonly old?: KubeObject
  readonly options: Readonly<Record<string, unknown>>
  readonly dryRun: boolean
  readonly user: User
  readonly signal: AbortSignal
  readonly reinvocation = new Reinvocation()
  readonly #call: AdmissionCall

  constructor(call: AdmissionCall, of: AttributesInit) {
    this.#call = call
    this.operation = of.operation
    this.resource = of.resource
    this.subresource = of.subresource
    this.namespace = of.namespace
    this.name = of.name
    this.kind = of.kind ?? of.resource
    if (of.object) this.object = of.object
    if (of.old) this.old = of.old
    this.options = of.options ?? {}
    this.dryRun = of.dryRun
    this.user = call.user
    this.signal = call.signal
  }

  /** Whether the request is about this resource itself, or the sub-resource that is named. */
  isOf(group: string, plural: string, subresource = ''): boolean {
    const { resource } = this
    if (resource.group !== group || resource.plural !== plural) return false
    return this.subresource === subresource
  }

  /** Puts other content into `object`, which stays the same reference for all who hold it. */
  replaceObject(content: KubeObject): void {
    const { object } = this
    if (!object || object === content) return
    for (const key of Object.keys(object)) Reflect.deleteProperty(object, key)
    Object.assign(object, content)
  }

  /** A `Warning` header for the client. */
  warn(text: string): void {
    this.#call.warnings.push(text)
  }

  /** A note in the audit log, such as `pod-security.kubernetes.io/enforce-policy`. */
  annotate(key: string, value: string): void {
    this.#call.annotations?.set(key, value)
  }
}

/** Whether the mutating phase runs a second time, as webhooks may want (KEP-492). */
export class Reinvocation {
  #isSecond = false
  #wanted = false
  readonly #values = new Map<string, unknown>()

  /** Whether this is the second time. */
  get isSecond(): boolean {
    return this.#isSecond
  }

  /** Asks for a second run of all mutating plugins; there is never a third. */
  request(): void {
    this.#wanted = true
  }

  /** What a plugin remembers from its first run to its second, by the plugin's name. */
  value<T>(plugin: string, initial: () => T): T {
    if (!this.#values.has(plugin)) this.#values.set(plugin, initial())
    return this.#values.get(plugin) as T
  }

  /** For the chain: whether to run again. */
  begin(): boolean {
    if (this.#isSecond || !this.#wanted) return false
    this.#isSecond = true
    return true
  }
}

import { parseYaml } from '../../../api/index.ts'
import { aesCbc, aesGcm, identity, type Provider } from './providers.ts'

/** Which resources are kept how: the first provider writes, all of them read. */
export interface EncryptionRule {
  /** `secrets`, `deployments.apps`, `*.apps`, `*.` (all of the core group), `*.*`. */
  readonly resources: readonly string[]
  readonly providers: readonly Provider[]
}

interface Keys {
  readonly keys?: readonly { readonly name?: string; readonly secret?: string }[]
}

/** Reads an `EncryptionConfiguration` (apiserver.config.k8s.io/v1). Throws what is wrong with it. */
export function parseEncryption(text: string): EncryptionRule[] {
  const { kind, resources } = (parseYaml(text).value ?? {}) as {
    kind?: string
    resources?: readonly { resources?: string[]; providers?: Record<string, Keys>[] }[]
  }
  if (kind !== 'EncryptionConfiguration') {
    throw new TypeError(`an EncryptionConfiguration is needed, not ${JSON.stringify(kind)}`)
  }
  return (resources ?? []).map((rule, i) => {
    const providers = (rule.providers ?? []).flatMap((one) => providersOf(one))
    const names = rule.resources ?? []
    if (names.length === 0 || providers.length === 0) {
      throw new TypeError(`resources[${i}]: names of resources and providers are needed`)
    }
    return { resources: names, providers }
  })
}

const MAKERS: Readonly<Record<string, (name: string, secret: Uint8Array) => Provider>> = {
  aesgcm: aesGcm,
  aescbc: aesCbc,
}

function providersOf(provider: Record<string, Keys | null>): Provider[] {
  return Object.entries(provider).flatMap(([kind, settings]) => {
    if (kind === 'identity') return [identity]
    const make = MAKERS[kind]
    if (!make) throw new TypeError(`provider ${kind} is not one of aesgcm, aescbc and identity`)
    const keys = settings?.keys ?? []
    if (keys.length === 0) throw new TypeError(`provider ${kind}: a key is needed`)
    return keys.map(({ name = '', secret = '' }) => {
      if (name === '' || name.includes(':')) {
        throw new TypeError(`provider ${kind}: a key has a name without colons`)
      }
      return make(name, Buffer.from(secret, 'base64'))
    })
  })
}

/** The providers for a resource: those of the first rule that names it. */
export function providersFor(
  rules: readonly EncryptionRule[],
  of: { group: string; plural: string },
): readonly Provider[] | undefined {
  const own = of.group === '' ? of.plural : `${of.plural}.${of.group}`
  const matching = (name: string) => name === own || name === `*.${of.group}` || name === '*.*'
  return rules.find(({ resources }) => resources.some(matching))?.providers
}

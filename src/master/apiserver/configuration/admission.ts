import {
  describeErrors,
  duplicate,
  type FieldError,
  invalid,
  parseYaml,
  required,
  type ScopeRequirement,
} from '../../../api/index.ts'
import {
  DEFAULT_POLICY,
  type LevelVersion,
  parseLevel,
  parseVersion,
  type Policy,
} from '../admission/pod-security/policy.ts'
import type { WebhookAccess } from '../webhooks/call.ts'
import { checkDocument, readDocument, type Shape } from './document.ts'

/** What admission plugins read at the start of the server. */
export interface AdmissionConfig {
  readonly podSecurity?: PodSecurityConfig
  /** What only namespaces with a quota for it may have. */
  readonly limitedResources?: readonly LimitedResource[]
  /** How webhooks know us, by the plugin that asks them. */
  readonly mutatingWebhooks?: WebhookAccess
  readonly validatingWebhooks?: WebhookAccess
}

export interface PodSecurityConfig {
  /** For namespaces whose labels say nothing. */
  readonly defaults: Policy
  readonly exempt: {
    readonly usernames?: readonly string[]
    readonly namespaces?: readonly string[]
    readonly runtimeClasses?: readonly string[]
  }
}

export interface LimitedResource {
  readonly apiGroup?: string
  readonly resource?: string
  readonly matchContains?: readonly string[]
  readonly matchScopes?: readonly ScopeRequirement[]
}

export interface AdmissionReader {
  /** The text of a file that the configuration names. Throws what is wrong with it. */
  readonly readFile: (path: string) => string
  /** The users of a kubeconfig, by the names of the servers that they are for. */
  readonly readAccess: (path: string) => WebhookAccess
}

const GROUP = 'apiserver.config.k8s.io'
const FIELDS: Readonly<Record<string, Shape>> = {
  plugins: [{ name: 'string', path: 'string', configuration: 'any' }],
}

/** Reads an `AdmissionConfiguration`. Throws `TypeError` with Kubernetes' texts. */
export function parseAdmission(text: string, reader: AdmissionReader): AdmissionConfig {
  const document = readDocument(text, {
    kind: 'AdmissionConfiguration',
    versions: [`${GROUP}/v1`, 'apiserver.k8s.io/v1alpha1', 'apiserver.config.k8s.io/v1alpha1'],
    fields: FIELDS,
  }) as { plugins?: readonly { name?: string; path?: string; configuration?: unknown }[] }
  let config: AdmissionConfig = {}
  for (const { name = '', path = '', configuration } of document.plugins ?? []) {
    const read = READERS[name]
    if (!read) throw new TypeError(`plugin ${JSON.stringify(name)} reads no configuration here`)
    const given =
      configuration ?? (path === '' ? undefined : parseYaml(reader.readFile(path)).value)
    if (given === undefined || given === null) continue
    try {
      config = { ...config, ...read(given, reader) }
    } catch (error) {
      if (!(error instanceof TypeError)) throw error
      throw new TypeError(`couldn't init admission plugin "${name}": ${error.message}`)
    }
  }
  return config
}

const READERS: Readonly<
  Record<string, (value: unknown, reader: AdmissionReader) => AdmissionConfig>
> = {
  PodSecurity: podSecurityOf,
  ResourceQuota: (value) => ({ limitedResources: limitedOf(value) }),
  MutatingAdmissionWebhook: (value, reader) => ({ mutatingWebhooks: accessOf(value, reader) }),
  ValidatingAdmissionWebhook: (value, reader) => ({ validatingWebhooks: accessOf(value, reader) }),
}

const MODES = ['enforce', 'audit', 'warn'] as const
const EXEMPTIONS = ['namespaces', 'runtimeClasses', 'usernames'] as const

function podSecurityOf(value: unknown): AdmissionConfig {
  const group = 'pod-security.admission.config.k8s.io'
  const document = checkDocument(value, {
    kind: 'PodSecurityConfiguration',
    versions: ['v1', 'v1beta1', 'v1alpha1'].map((version) => `${group}/${version}`),
    fields: {
      defaults: Object.fromEntries(
        MODES.flatMap((mode) => [mode, `${mode}-version`].map((name) => [name, 'string'] as const)),
      ),
      exemptions: Object.fromEntries(EXEMPTIONS.map((name) => [name, ['string']] as const)),
    },
  }) as {
    defaults?: Readonly<Record<string, string>>
    exemptions?: PodSecurityConfig['exempt']
  }
  const errors: FieldError[] = []
  const { defaults: given = {}, exemptions = {} } = document
  const read = <T>(name: string, parse: (text: string) => T | string): T | undefined => {
    const text = given[name]
    if (text === undefined || text === '') return undefined
    const found = parse(text)
    if (typeof found !== 'string') return found
    errors.push(invalid(`defaults.${name}`, text, found))
    return undefined
  }
  const mode = (name: (typeof MODES)[number]): LevelVersion => ({
    level: read(name, parseLevel)?.level ?? DEFAULT_POLICY[name].level,
    minor: read(`${name}-version`, parseVersion)?.minor,
  })
  const defaults = { enforce: mode('enforce'), audit: mode('audit'), warn: mode('warn') }
  for (const name of EXEMPTIONS) {
    for (const [i, item] of (exemptions[name] ?? []).entries()) {
      const path = `exemptions.${name}[${i}]`
      if (item === '') errors.push(invalid(path, item, `${name.slice(0, -1)} must not be empty`))
      else if (exemptions[name]?.indexOf(item) !== i) errors.push(duplicate(path, item))
    }
  }
  if (errors.length > 0) throw new TypeError(describeErrors(errors))
  return { podSecurity: { defaults, exempt: exemptions } }
}

function limitedOf(value: unknown): readonly LimitedResource[] {
  const isOld = (value as { kind?: unknown }).kind === 'Configuration'
  const old = ['v1beta1', 'v1alpha1'].map((version) => `resourcequota.admission.k8s.io/${version}`)
  const document = checkDocument(value, {
    kind: isOld ? 'Configuration' : 'ResourceQuotaConfiguration',
    versions: isOld ? old : [`${GROUP}/v1`],
    fields: {
      limitedResources: [
        {
          apiGroup: 'string',
          resource: 'string',
          matchContains: ['string'],
          matchScopes: [{ scopeName: 'string', operator: 'string', values: ['string'] }],
        },
      ],
    },
  }) as { limitedResources?: readonly LimitedResource[] }
  const limited = document.limitedResources ?? []
  const errors = limited.flatMap(({ resource = '' }, i) =>
    resource === '' ? [required(`limitedResources[${i}].resource`)] : [],
  )
  if (errors.length > 0) throw new TypeError(describeErrors(errors))
  return limited
}

function accessOf(value: unknown, reader: AdmissionReader): WebhookAccess {
  const isOld = (value as { kind?: unknown }).kind === 'WebhookAdmission'
  const { kubeConfigFile } = checkDocument(value, {
    kind: isOld ? 'WebhookAdmission' : 'WebhookAdmissionConfiguration',
    versions: isOld ? ['apiserver.config.k8s.io/v1alpha1'] : [`${GROUP}/v1`],
    fields: { kubeConfigFile: 'string' },
  })
  return typeof kubeConfigFile === 'string' && kubeConfigFile !== ''
    ? reader.readAccess(kubeConfigFile)
    : () => undefined
}

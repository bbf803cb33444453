import type { DeepReadonly } from '../../../base/index.ts'
import {
  ClusterTrustBundleProjection,
  type DownwardAPIVolumeFile,
  type KeyToPath,
  type ProjectedVolumeSource,
  type ServiceAccountTokenProjection,
} from '../../core/index.ts'
import type { FieldError } from '../../schema/index.ts'
import { forbidden, invalid, required } from '../field-errors.ts'
import { goFieldText, goText } from '../go-text.ts'
import { validateLabelSelector } from '../label-selector.ts'
import { validateFieldRef, validateResourceRef, VOLUME_FIELDS } from './env.ts'
import { validateFilePath } from './paths.ts'

const MODE_ERROR = 'must be a number between 0 and 0777 (octal), both inclusive'
const TOKEN_SECONDS_MIN = 600
const TOKEN_SECONDS_MAX = 2 ** 32

export function validateMode(mode: number | undefined, path: string): FieldError[] {
  return mode !== undefined && (mode < 0 || mode > 0o777) ? [invalid(path, mode, MODE_ERROR)] : []
}

/** Files made of a ConfigMap's or Secret's entries. */
export function validateItems(
  items: readonly DeepReadonly<KeyToPath>[] | undefined,
  path: string,
): FieldError[] {
  return (items ?? []).flatMap((item, i) => validateKeyToPath(item, `${path}.items[${i}]`))
}

function validateKeyToPath(item: DeepReadonly<KeyToPath>, path: string): FieldError[] {
  const errors: FieldError[] = []
  if (!item.key) errors.push(required(`${path}.key`))
  if (!item.path) errors.push(required(`${path}.path`))
  errors.push(...validateFilePath(item.path ?? '', `${path}.path`))
  return [...errors, ...validateMode(item.mode, `${path}.mode`)]
}

/** A file with something about the pod. Upstream does not tell which of a volume's it is. */
export function validateDownwardFile(
  file: DeepReadonly<DownwardAPIVolumeFile>,
  path: string,
): FieldError[] {
  const errors: FieldError[] = []
  if (!file.path) errors.push(required(`${path}.path`))
  errors.push(...validateFilePath(file.path ?? '', `${path}.path`))
  if (file.fieldRef) {
    errors.push(...validateFieldRef(file.fieldRef, `${path}.fieldRef`, VOLUME_FIELDS))
    if (file.resourceFieldRef) {
      const detail = 'fieldRef and resourceFieldRef can not be specified simultaneously'
      errors.push(invalid(path, 'resource', detail))
    }
  } else if (file.resourceFieldRef) {
    const at = `${path}.resourceFieldRef`
    errors.push(...validateResourceRef(file.resourceFieldRef, at, { inVolume: true }))
  } else errors.push(required(path, 'one of fieldRef and resourceFieldRef is required'))
  return [...errors, ...validateMode(file.mode, `${path}.mode`)]
}

/** Files of several sources in one volume: no two at one path. */
export function validateProjected(
  { defaultMode, sources = [] }: DeepReadonly<ProjectedVolumeSource>,
  path: string,
): FieldError[] {
  const errors = validateMode(defaultMode, `${path}.defaultMode`)
  const taken = new Set<string>()
  const take = (file: string | undefined, shown: string) => {
    if (file === undefined || file === '') return
    if (taken.has(file)) errors.push(invalid(path, shown, 'conflicting duplicate paths'))
    taken.add(file)
  }
  for (const [i, source] of sources.entries()) {
    const at = `${path}.sources[${i}]`
    for (const kind of ['secret', 'configMap'] as const) {
      const from = source[kind]
      if (!from) continue
      if (!from.name) errors.push(required(`${at}.${kind}.name`))
      errors.push(...validateItems(from.items, `${at}.${kind}`))
      for (const item of from.items ?? []) take(item.path, from.name ?? '')
    }
    for (const file of source.downwardAPI?.items ?? []) {
      errors.push(...validateDownwardFile(file, `${at}.downwardAPI`))
      take(file.path, file.path)
    }
    const { serviceAccountToken: token, clusterTrustBundle: bundle } = source
    if (token) errors.push(...validateToken(token, `${at}.serviceAccountToken`, path))
    if (bundle) {
      errors.push(...validateBundle(bundle, `${at}.clusterTrustBundle`))
      take(bundle.path, bundle.path)
    }
    const kinds = Object.values(source).filter((value) => value !== undefined)
    if (kinds.length > 1) {
      errors.push(forbidden(at, 'may not specify more than 1 volume type per source'))
    }
  }
  return errors
}

function validateToken(
  { path, expirationSeconds = 3600 }: DeepReadonly<ServiceAccountTokenProjection>,
  at: string,
  volumePath: string,
): FieldError[] {
  const errors: FieldError[] = []
  const seconds = `${at}.expirationSeconds`
  if (expirationSeconds < TOKEN_SECONDS_MIN) {
    const detail = 'may not specify a duration less than 10 minutes'
    errors.push(invalid(seconds, expirationSeconds, detail))
  }
  if (expirationSeconds > TOKEN_SECONDS_MAX) {
    const detail = 'may not specify a duration larger than 2^32 seconds'
    errors.push(invalid(seconds, expirationSeconds, detail))
  }
  if (path === '') return [...errors, required(`${volumePath}.path`)]
  return [...errors, ...validateFilePath(path, `${volumePath}.path`)]
}

function validateBundle(
  bundle: DeepReadonly<ClusterTrustBundleProjection>,
  at: string,
): FieldError[] {
  const { name, signerName, labelSelector, path } = bundle
  const errors: FieldError[] = []
  if (name !== undefined && signerName !== undefined) {
    const shown = goText(ClusterTrustBundleProjection, bundle)
    errors.push(invalid(at, shown, 'only one of name and signerName may be used'))
  } else if (name !== undefined) {
    if (name === '') errors.push(required(`${at}.name`, 'must be a valid object name'))
    if (labelSelector) {
      const shown = goFieldText(ClusterTrustBundleProjection, 'labelSelector', labelSelector)
      const detail = 'labelSelector must be unset if name is specified'
      errors.push(invalid(`${at}.labelSelector`, shown, detail))
    }
  } else if (signerName !== undefined) {
    if (signerName === '') {
      errors.push(required(`${at}.signerName`, 'must be a valid signer name'))
    }
    if (labelSelector) errors.push(...validateLabelSelector(labelSelector, `${at}.labelSelector`))
  } else errors.push(required(at, 'either name or signerName must be specified'))
  if (path === '') errors.push(required(`${at}.path`))
  return [...errors, ...validateFilePath(path, `${at}.path`)]
}

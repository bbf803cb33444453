import type { DeepReadonly } from '../../base/index.ts'
import type { APIService } from '../apiregistration/index.ts'
import type { FieldError } from '../schema/index.ts'
import { invalid, required } from './field-errors.ts'
import { dns1035LabelErrors, dns1123SubdomainErrors } from './names.ts'

const GROUP_PRIORITY_MAX = 20_000
const VERSION_PRIORITY_MAX = 1_000
const PORT_MAX = 65_535

export function validateAPIService({ metadata, spec }: DeepReadonly<APIService>): FieldError[] {
  const { group = '', version = '', groupPriorityMinimum, versionPriority } = spec
  const errors: FieldError[] = []
  const { name = '' } = metadata
  const wanted = `${version}.${group}`
  if (name !== '' && name !== wanted) {
    const why = `must be \`spec.version+"."+spec.group\`: ${JSON.stringify(wanted)}`
    errors.push(invalid('metadata.name', name, why))
  }
  if (group === '' && version !== 'v1') {
    const why = 'only v1 may have an empty group and it better be legacy kube'
    errors.push(required('spec.group', why))
  }
  if (group !== '') {
    errors.push(...dns1123SubdomainErrors(group).map((why) => invalid('spec.group', group, why)))
  }
  errors.push(...dns1035LabelErrors(version).map((why) => invalid('spec.version', version, why)))
  if (!(groupPriorityMinimum > 0) || groupPriorityMinimum > GROUP_PRIORITY_MAX) {
    const why = 'must be positive and less than 20000'
    errors.push(invalid('spec.groupPriorityMinimum', groupPriorityMinimum, why))
  }
  if (!(versionPriority > 0) || versionPriority > VERSION_PRIORITY_MAX) {
    const why = 'must be positive and less than 1000'
    errors.push(invalid('spec.versionPriority', versionPriority, why))
  }
  return [...errors, ...validateServer(spec)]
}

function validateServer(spec: DeepReadonly<APIService['spec']>): FieldError[] {
  const { service, caBundle = '', insecureSkipTLSVerify = false } = spec
  const errors: FieldError[] = []
  const insecure = (why: string) => invalid('spec.insecureSkipTLSVerify', true, why)
  if (!service) {
    if (caBundle) {
      const size = `${Buffer.from(caBundle, 'base64').length} bytes`
      const why = 'local APIServices may not have a caBundle'
      errors.push(invalid('spec.caBundle', size, why))
    }
    if (insecureSkipTLSVerify) {
      errors.push(insecure('local APIServices may not have insecureSkipTLSVerify'))
    }
    return errors
  }
  const { name = '', namespace = '', port } = service
  if (namespace === '') errors.push(required('spec.service.namespace'))
  if (name === '') errors.push(required('spec.service.name'))
  if (typeof port === 'number' && (port < 1 || port > PORT_MAX)) {
    const why = 'port is not valid: must be between 1 and 65535, inclusive'
    errors.push(invalid('spec.service.port', port, why))
  }
  if (insecureSkipTLSVerify && caBundle) {
    errors.push(insecure('may not be true if caBundle is present'))
  }
  return errors
}

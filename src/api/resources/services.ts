import { serviceColumns } from '../columns/index.ts'
import type { Service } from '../core/index.ts'
import { Service as declared } from '../core/index.ts'
import type { Resource } from '../schema/index.ts'
import { copyOf, defineResource, defineStrategy } from '../strategy/index.ts'
import {
  dns1035LabelErrors,
  validateClusterIps,
  validateServiceSpec,
  validateServiceStatus,
  validateServiceUpdate,
  withMetadata,
} from '../validation/index.ts'
import { proxySubresource } from './proxy.ts'
import {
  defaultService,
  dropFieldsOfFormerType,
  keepAllocated,
  syncClusterIps,
} from '../defaults/index.ts'
import { warnService } from '../warnings/index.ts'

const checks = withMetadata<Service>(
  { namespaced: true, nameErrors: dns1035LabelErrors },
  {
    create: validateServiceSpec,
    update: validateServiceUpdate,
    asNew: 'behind',
    status: validateServiceStatus,
  },
)

export const services: Resource<Service> = defineResource<Service>({
  group: '',
  version: 'v1',
  kind: 'Service',
  plural: 'services',
  shortNames: ['svc'],
  categories: ['all'],
  struct: declared,
  columns: serviceColumns,
  strategy: defineStrategy<Service>({
    applyDefaults: defaultService,
    warn: warnService,

    prepareForCreate(service) {
      service.status = { loadBalancer: {} }
      syncClusterIps(service)
    },
    prepareForUpdate(service, old) {
      service.status = copyOf(old.status)
      keepAllocated(service, old)
      syncClusterIps(service, old)
      dropFieldsOfFormerType(service, old)
    },
    prepareForStatusUpdate(service, old) {
      service.spec = copyOf(old.spec)
    },
    allowCreateOnUpdate: true,
    ...checks,
    // Addresses are looked at before anything else: nothing is allocated for those that are wrong.
    validateUpdate(service, old) {
      const errors = validateClusterIps(service.spec)
      return errors.length > 0 ? errors : checks.validateUpdate(service, old)
    },
  }),
  selectableFields: {
    'spec.clusterIP': (service) => service.spec.clusterIP ?? '',
    'spec.type': (service) => service.spec.type ?? '',
  },
  hasStatus: true,
  subresources: { proxy: proxySubresource('ServiceProxyOptions') },
})

import type {
  DeviceSubRequest,
  ExactDeviceRequest,
  ResourceClaim,
  ResourceClaimSpec,
  ResourceClaimTemplate,
} from '../resource/index.ts'

export function defaultResourceClaim({ spec }: ResourceClaim): void {
  defaultDevices(spec)
}

export function defaultResourceClaimTemplate({ spec }: ResourceClaimTemplate): void {
  defaultDevices(spec.spec)
}

function defaultDevices({ devices }: ResourceClaimSpec): void {
  for (const { exactly, firstAvailable = [] } of devices?.requests ?? []) {
    for (const request of exactly ? [exactly, ...firstAvailable] : firstAvailable) {
      defaultRequest(request)
    }
  }
}

/** One device, unless more are wanted. */
function defaultRequest(request: ExactDeviceRequest | DeviceSubRequest): void {
  request.allocationMode ||= 'ExactCount'
  if (request.allocationMode === 'ExactCount') request.count ||= 1
  for (const toleration of request.tolerations ?? []) toleration.operator ||= 'Equal'
}

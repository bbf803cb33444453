import type { DeepReadonly } from '../../../base/index.ts'
import type { Container, Volume, VolumeMount } from '../../core/index.ts'
import type { FieldError } from '../../schema/index.ts'
import { forbidden, invalid, notFoundField, notSupported, required } from '../field-errors.ts'
import { noBackSteps, validateLocalPath } from './paths.ts'

type Volumes = ReadonlyMap<string, DeepReadonly<Volume>>
type Given = DeepReadonly<Container>

const PROPAGATIONS = ['Bidirectional', 'HostToContainer', 'None']
const RECURSIONS = ['Disabled', 'Enabled', 'IfPossible']

/** Where a container has its volumes. Some faults upstream tells of the list, not of the item. */
export function validateMounts(container: Given, path: string, volumes: Volumes): FieldError[] {
  const errors: FieldError[] = []
  const paths = new Set<string>()
  const devices = container.volumeDevices ?? []
  for (const [i, mount] of (container.volumeMounts ?? []).entries()) {
    const at = `${path}[${i}]`
    const { name, mountPath } = mount
    if (name === '') errors.push(required(`${at}.name`))
    if (!volumes.has(name)) errors.push(notFoundField(`${at}.name`, name))
    if (mountPath === '') errors.push(required(`${at}.mountPath`))
    if (paths.has(mountPath)) errors.push(invalid(`${at}.mountPath`, mountPath, 'must be unique'))
    paths.add(mountPath)
    if (devices.some((device) => device.name === name)) {
      errors.push(invalid(`${at}.name`, name, 'must not already exist in volumeDevices'))
    }
    if (devices.some((device) => device.devicePath === mountPath)) {
      const detail = 'must not already exist as a path in volumeDevices'
      errors.push(invalid(`${at}.mountPath`, mountPath, detail))
    }
    errors.push(...validateSubPaths(mount, { list: path, item: at }))
    errors.push(...validatePropagation(mount, container, `${path}.mountPropagation`))
    errors.push(...validateRecursion(mount, `${path}.recursiveReadOnly`))
  }
  return errors
}

function validateSubPaths(
  { subPath, subPathExpr }: DeepReadonly<VolumeMount>,
  at: { readonly list: string; readonly item: string },
): FieldError[] {
  const errors = subPath ? validateLocalPath(subPath, `${at.list}.subPath`) : []
  if (!subPathExpr) return errors
  if (subPath) {
    const detail = 'subPathExpr and subPath are mutually exclusive'
    errors.push(invalid(`${at.item}.subPathExpr`, subPathExpr, detail))
  }
  return [...errors, ...validateLocalPath(subPathExpr, `${at.list}.subPathExpr`)]
}

function validatePropagation(
  { mountPropagation: mode }: DeepReadonly<VolumeMount>,
  container: Given,
  path: string,
): FieldError[] {
  if (mode === undefined) return []
  const errors = PROPAGATIONS.includes(mode) ? [] : [notSupported(path, mode, PROPAGATIONS)]
  if (mode !== 'Bidirectional' || container.securityContext?.privileged) return errors
  const detail = 'Bidirectional mount propagation is available only to privileged containers'
  return [...errors, forbidden(path, detail)]
}

function validateRecursion(
  { recursiveReadOnly: mode, readOnly, mountPropagation }: DeepReadonly<VolumeMount>,
  path: string,
): FieldError[] {
  if (mode === undefined || mode === 'Disabled') return []
  if (!RECURSIONS.includes(mode)) return [notSupported(path, mode, RECURSIONS)]
  const errors: FieldError[] = []
  if (!readOnly) errors.push(forbidden(path, 'may only be specified when readOnly is true'))
  if (mountPropagation !== undefined && mountPropagation !== 'None') {
    const detail = 'may only be specified when mountPropagation is None or not specified'
    errors.push(forbidden(path, detail))
  }
  return errors
}

/** Block devices that a container has; only claims can be such. */
export function validateDevices(container: Given, path: string, volumes: Volumes): FieldError[] {
  const errors: FieldError[] = []
  const [names, paths] = [new Set<string>(), new Set<string>()]
  const mounts = container.volumeMounts ?? []
  for (const [i, { name = '', devicePath = '' }] of (container.volumeDevices ?? []).entries()) {
    const at = `${path}[${i}]`
    const volume = volumes.get(name)
    if (name === '') errors.push(required(`${at}.name`))
    if (names.has(name)) errors.push(invalid(`${at}.name`, name, 'must be unique'))
    if (volume && !volume.persistentVolumeClaim && !volume.ephemeral) {
      const detail =
        'can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode'
      errors.push(invalid(`${at}.name`, name, detail))
    }
    if (!volume) errors.push(notFoundField(`${at}.name`, name))
    if (devicePath === '') errors.push(required(`${at}.devicePath`))
    if (paths.has(devicePath)) {
      errors.push(invalid(`${at}.devicePath`, devicePath, 'must be unique'))
    }
    if (noBackSteps(devicePath, '').length > 0) {
      const detail = "can not contain backsteps ('..')"
      errors.push(invalid(`${at}.devicePath`, devicePath, detail))
    } else paths.add(devicePath)
    if (mounts.some((mount) => mount.name === name)) {
      errors.push(invalid(`${at}.name`, name, 'must not already exist in volumeMounts'))
    }
    if (mounts.some((mount) => mount.mountPath === devicePath)) {
      const detail = 'must not already exist as a path in volumeMounts'
      errors.push(invalid(`${at}.devicePath`, devicePath, detail))
    }
    if (name !== '') names.add(name)
  }
  return errors
}

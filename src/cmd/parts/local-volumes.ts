import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import {
  type Clock,
  hasReason,
  type HttpHandler,
  type Log,
  type Random,
  sleep,
} from '../../base/index.ts'
import { storageClasses } from '../../api/index.ts'
import { createClient } from '../../client/index.ts'
import { HOST_PATH_PROVISIONER, type VolumeBinderOptions } from '../../master/controllers/index.ts'

const RETRY_MS = 1000

/** Volumes of a cluster that is on one machine: folders below that of its data. */
export function localVolumes(
  dataFolder: string,
): VolumeBinderOptions & { readonly folder: string } {
  const folder = join(dataFolder, 'volumes')
  return {
    folder,
    async removeFolder(path) {
      if (path.startsWith(`${folder}/`)) await rm(path, { recursive: true, force: true })
    },
  }
}

/** Sees to it that there is a class `standard`, which claims get that name none. */
export async function ensureStandardClass(
  parts: { api: HttpHandler; clock: Clock; random: Random; log: Log; folder: string },
  { signal }: { signal: AbortSignal },
): Promise<void> {
  const identity = { commonName: 'navarch', organizations: ['system:masters'] }
  const transport: HttpHandler = (request) => parts.api({ ...request, identity })
  const client = createClient({ ...parts, transport })
  const standard = {
    metadata: {
      name: 'standard',
      annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' },
    },
    provisioner: HOST_PATH_PROVISIONER,
    allowVolumeExpansion: true,
    parameters: { folder: parts.folder },
  }
  while (!signal.aborted) {
    try {
      await client.for(storageClasses).create(standard, { signal })
      return
    } catch (error) {
      if (hasReason(error, 'AlreadyExists')) return
      await sleep(parts.clock, RETRY_MS, { signal }).catch(() => undefined)
    }
  }
}

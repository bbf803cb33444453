import { ConnectionFault, ErrorCode } from './errors.ts'
import { SETTINGS_MAX } from './limits.ts'

/** RFC 9113 §6.5.2 */
const Setting = {
  headerTableBytes: 0x1,
  enablePush: 0x2,
  streamsMax: 0x3,
  windowBytes: 0x4,
  frameBytesMax: 0x5,
  headerListBytesMax: 0x6,
} as const

export const WINDOW_BYTES_DEFAULT = 65_535
export const WINDOW_BYTES_MAX = 2 ** 31 - 1
export const FRAME_BYTES_DEFAULT = 16_384
const FRAME_BYTES_LIMIT = 2 ** 24 - 1
const SETTING_BYTES = 6

/** What we ask of clients. */
export interface LocalSettings {
  readonly streamsMax: number
  /** Of each stream. */
  readonly windowBytes: number
  readonly connectionWindowBytes: number
  readonly headerListBytesMax: number
}

/** The payload of our SETTINGS. */
export function encodeSettings(settings: LocalSettings): Buffer {
  const values: [id: number, value: number][] = [
    [Setting.streamsMax, settings.streamsMax],
    [Setting.windowBytes, settings.windowBytes],
    [Setting.headerListBytesMax, settings.headerListBytesMax],
  ]
  const bytes = Buffer.allocUnsafe(values.length * SETTING_BYTES)
  values.forEach(([id, value], i) => {
    bytes.writeUInt16BE(id, i * SETTING_BYTES)
    bytes.writeUInt32BE(value, i * SETTING_BYTES + 2)
  })
  return bytes
}

/** What a client asks of us, as far as a server that pushes nothing cares. */
export interface RemoteSettings {
  headerTableBytes?: number
  windowBytes?: number
  frameBytesMax?: number
}

/** Throws `ConnectionFault`. The last of several values counts; but for sizes of the table. */
export function decodeSettings(payload: Buffer): RemoteSettings {
  if (payload.length % SETTING_BYTES !== 0) {
    throw new ConnectionFault(ErrorCode.frameSizeError, 'SETTINGS of odd length')
  }
  if (payload.length / SETTING_BYTES > SETTINGS_MAX) {
    throw new ConnectionFault(ErrorCode.enhanceYourCalm, 'too many settings')
  }
  const settings: RemoteSettings = {}
  for (let at = 0; at < payload.length; at += SETTING_BYTES) {
    set(settings, payload.readUInt16BE(at), payload.readUInt32BE(at + 2))
  }
  return settings
}

function set(settings: RemoteSettings, id: number, value: number): void {
  switch (id) {
    case Setting.headerTableBytes:
      settings.headerTableBytes = value
      break
    case Setting.enablePush:
      if (value > 1) throw new ConnectionFault(ErrorCode.protocolError, 'ENABLE_PUSH above 1')
      break
    case Setting.windowBytes:
      if (value > WINDOW_BYTES_MAX) {
        throw new ConnectionFault(ErrorCode.flowControlError, 'INITIAL_WINDOW_SIZE too large')
      }
      settings.windowBytes = value
      break
    case Setting.frameBytesMax:
      if (value < FRAME_BYTES_DEFAULT || value > FRAME_BYTES_LIMIT) {
        throw new ConnectionFault(ErrorCode.protocolError, 'MAX_FRAME_SIZE out of range')
      }
      settings.frameBytesMax = value
      break
    default:
    // §6.5.2: unknown ones are ignored. Those of streams and lists bind only who opens streams.
  }
}

import { EtcdConfigError, type EtcdFlags } from './etcd-flags.ts'
import { LEVELS, type Level, type ZapOptions } from './zap-log.ts'

/** What etcd's flags say about logs. Throws `EtcdConfigError` in its words. */
export function logSettings(flags: EtcdFlags): ZapOptions {
  const logger = flags.get('logger')
  if (logger === 'capnslog') throw new EtcdConfigError('--logger=capnslog is removed in v3.5')
  if (logger !== 'zap') throw new EtcdConfigError(`unknown logger option "${logger}"`)
  const format = flags.get('log-format')
  if (format !== 'json' && format !== 'console') {
    throw new EtcdConfigError(`unknown log format: ${format}, supported values json, console`)
  }
  const outputs = flags.get('log-outputs').split(',')
  if (outputs.length > 1 && outputs.includes('default')) {
    throw new EtcdConfigError('multi logoutput for "default" is not supported yet')
  }
  const level = flags.get('debug') === 'true' ? 'debug' : levelOf(flags.get('log-level'))
  const rotates = flags.get('enable-log-rotation') === 'true'
  return { level, format, outputs, ...(rotates && { rotation: rotation(flags, outputs) }) }
}

/** Beyond an error etcd has levels that end it. */
const GRAVER: readonly string[] = ['dpanic', 'panic', 'fatal']

function levelOf(text: string): Level {
  const level = LEVELS.find((each) => each === text)
  if (level) return level
  if (GRAVER.includes(text)) return 'error'
  throw new EtcdConfigError(`unrecognized level: "${text}"`)
}

const DEFAULT_MEBIBYTES = 100

function rotation(flags: EtcdFlags, outputs: readonly string[]): ZapOptions['rotation'] {
  if (!outputs.some((output) => !['stdout', 'stderr', 'default'].includes(output))) {
    throw new EtcdConfigError('log rotation requires a single file output')
  }
  const text = flags.get('log-rotation-config-json')
  try {
    const { maxsize, maxbackups } = JSON.parse(text)
    return {
      maxBytes: (Number(maxsize) || DEFAULT_MEBIBYTES) * 2 ** 20,
      ...(Number(maxbackups) > 0 && { maxBackups: Number(maxbackups) }),
    }
  } catch {
    throw new EtcdConfigError(`log rotation config: "${text}" is not JSON`)
  }
}

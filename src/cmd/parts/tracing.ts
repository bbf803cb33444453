import { EXPORT_PATH, parseTracing, type TracingOptions } from '../../master/apiserver/index.ts'
import { asyncScope, grpcClient } from '../../platform/index.ts'
import { parsedFlag } from './config-files.ts'
import { fileOf } from './flags.ts'

const FLAG = 'tracing-config-file'

/** What the file of `--tracing-config-file` says; undefined without one: nothing is traced. */
export function tracingOf(path: string): TracingOptions | undefined {
  if (path === '') return undefined
  const { endpoint, samplingRatePerMillion } = parsedFlag(FLAG, () => {
    return parseTracing(fileOf(FLAG, path))
  })
  const collector = grpcClient({ endpoints: [endpoint] })
  return {
    scope: asyncScope(),
    send: (request, options) => collector.unary(EXPORT_PATH, request, options),
    samplingRatePerMillion,
  }
}

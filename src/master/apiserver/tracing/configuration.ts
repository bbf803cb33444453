import { readDocument } from '../configuration/document.ts'

const GROUP = 'apiserver.config.k8s.io'
const ENDPOINT = 'localhost:4317'
const MILLION = 1_000_000

/** A `TracingConfiguration` of kube-apiserver. */
export interface TracingConfiguration {
  /** A collector that speaks OTLP over gRPC: `http://host:port`, without TLS. */
  readonly endpoint: string
  readonly samplingRatePerMillion: number
}

/** Throws `TypeError` with what is wrong. */
export function parseTracing(text: string): TracingConfiguration {
  const document = readDocument(text, {
    kind: 'TracingConfiguration',
    versions: ['v1', 'v1beta1', 'v1alpha1'].map((version) => `${GROUP}/${version}`),
    fields: { endpoint: 'string', samplingRatePerMillion: 'number' },
  })
  const { endpoint, samplingRatePerMillion: rate = 0 } = document as {
    endpoint?: string
    samplingRatePerMillion?: number
  }
  if (!Number.isInteger(rate) || rate < 0 || rate > MILLION) {
    const why = rate < 0 ? 'a positive integer' : `less than or equal to ${MILLION}`
    throw new TypeError(
      `samplingRatePerMillion: Invalid value: ${rate}: sampling rate must be ${why}`,
    )
  }
  const given = endpoint || ENDPOINT
  const url = given.includes('://') ? given : `http://${given}`
  if (!URL.canParse(url)) throw new TypeError(`endpoint: Invalid value: ${JSON.stringify(given)}`)
  return { endpoint: url, samplingRatePerMillion: rate }
}

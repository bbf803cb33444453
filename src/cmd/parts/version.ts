/** Of this program. */
export const VERSION = '0.1.0'
/** The release of Kubernetes that nodes report: the one whose API is served. */
export const KUBERNETES_VERSION = 'v1.33.0'

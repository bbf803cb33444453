/** The release of Kubernetes whose API is served: what servers and nodes say of themselves. */
export const KUBERNETES_VERSION = 'v1.32.0'

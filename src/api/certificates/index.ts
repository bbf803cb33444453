export * from './certificate-signing-request.ts'
export { type CertificateRequest, parseCertificateRequest, pemBlocks } from './request.ts'
export { readDer } from './der.ts'

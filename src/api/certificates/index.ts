export * from './certificate-signing-request.ts'
export { type CertificateRequest, parseCertificateRequest, pemBlocks } from './request.ts'

/** Turns requests for certificates into certificates, with the key of an authority of its own. */
export interface CertificateSigner {
  /** PEM in, PEM out. Times are milliseconds since 1970. */
  sign(request: CertificateOrder): string
}

export interface CertificateOrder {
  /** Subject and public key as they stand in the request, DER. */
  readonly subjectDer: Uint8Array
  readonly publicKeyDer: Uint8Array
  /** Content of the extension with the alternative names. */
  readonly alternativeNamesDer?: Uint8Array | undefined
  /** As in the API: `client auth`, `server auth`, `digital signature`, … */
  readonly usages: readonly string[]
  readonly notBeforeMs: number
  readonly notAfterMs: number
}

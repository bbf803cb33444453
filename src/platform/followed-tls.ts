import type { TlsOptions } from './tls.ts'

/** A certificate that is replaced while it is in use: by those who listen, and those who dial. */
export class FollowedTls {
  readonly options: TlsOptions
  #latest: TlsOptions
  readonly #listeners = new Set<(fresh: TlsOptions) => void>()

  constructor(first: Pick<TlsOptions, 'caPem' | 'certPem' | 'keyPem'>) {
    this.#latest = first
    this.options = {
      ...first,
      latest: () => this.#latest,
      onChange: (apply) => {
        // One that came before somebody listened.
        if (this.#latest !== first) apply(this.#latest)
        this.#listeners.add(apply)
        return () => this.#listeners.delete(apply)
      },
    }
  }

  replace(pair: { readonly certPem: string; readonly keyPem: string }): void {
    this.#latest = { ...this.#latest, ...pair }
    for (const apply of this.#listeners) apply(this.#latest)
  }
}

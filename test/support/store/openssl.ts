import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { run } from '../navarch.ts'

export interface MadeCertificate {
  readonly cert: string
  readonly key: string
}

/** An authority made with openssl, whose certificates nobody here wrote the code for. */
export class OpensslAuthority {
  readonly cert: string
  readonly crl: string
  readonly #folder: string
  readonly #name: string

  private constructor(folder: string, name: string) {
    this.#folder = folder
    this.#name = name
    this.cert = this.#path('crt')
    this.crl = this.#path('crl')
  }

  static async make(folder: string, name: string): Promise<OpensslAuthority> {
    const authority = new OpensslAuthority(folder, name)
    const settings = [
      '[ca]\ndefault_ca=own',
      `[own]\ndatabase=${authority.#path('index')}\ncrlnumber=${authority.#path('number')}`,
      'default_md=sha256\ndefault_crl_days=30',
    ]
    await writeFile(authority.#path('cnf'), `${settings.join('\n')}\n`)
    await writeFile(authority.#path('index'), '')
    await writeFile(authority.#path('number'), '01\n')
    const key = authority.#path('key')
    const made = `-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ${key}`
    await openssl(`req -x509 ${made} -out ${authority.cert} -days 30 -subj /CN=${name}`)
    return authority
  }

  /** `days` may be negative: it is over then. */
  async issue(
    commonName: string,
    { days = 30, names = 'IP:127.0.0.1,DNS:localhost' }: { days?: number; names?: string } = {},
  ): Promise<MadeCertificate> {
    const base = join(this.#folder, `${this.#name}-${commonName}-${counter++}`)
    const made = { cert: `${base}.crt`, key: `${base}.key` }
    await writeFile(`${base}.ext`, names === '' ? '' : `subjectAltName=${names}\n`)
    const request = `-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ${made.key}`
    await openssl(`req ${request} -out ${base}.csr -subj /CN=${commonName}`)
    const signed = `-CA ${this.cert} -CAkey ${this.#path('key')} -CAcreateserial -days ${days}`
    const out = `-extfile ${base}.ext -out ${made.cert}`
    await openssl(`x509 -req -in ${base}.csr ${signed} ${out}`)
    return made
  }

  /** Takes a certificate back, and writes the list of those. */
  async revoke(made?: MadeCertificate): Promise<void> {
    const own = `-config ${this.#path('cnf')} -cert ${this.cert} -keyfile ${this.#path('key')}`
    if (made) await openssl(`ca ${own} -revoke ${made.cert}`)
    await openssl(`ca ${own} -gencrl -out ${this.crl}`)
  }

  #path(extension: string): string {
    return join(this.#folder, `${this.#name}.${extension}`)
  }
}

let counter = 1

async function openssl(args: string): Promise<void> {
  const { code, stderr } = await run('openssl', args.split(' '))
  if (code !== 0) throw new Error(`openssl ${args}: ${stderr}`)
}

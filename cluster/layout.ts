/** Where things lie in a cluster's data folder. */
export class Layout {
  readonly root: string

  constructor(root: string) {
    this.root = root
  }

  get topology(): string {
    return `${this.root}/topology.json`
  }
  get kubeconfig(): string {
    return `${this.root}/kubeconfig`
  }
  get pki(): string {
    return `${this.root}/pki`
  }
  get logs(): string {
    return `${this.root}/logs`
  }
  get run(): string {
    return `${this.root}/run`
  }
  get data(): string {
    return `${this.root}/data`
  }
  log(name: string): string {
    return `${this.logs}/${name}.log`
  }
  /** Which process a part is. */
  process(name: string): string {
    return `${this.run}/${name}.json`
  }
  /** The store member of a master, or the pods of a node. */
  dataOf(name: string): string {
    return `${this.data}/${name}`
  }
  /** By what a node that joins with a token comes in. */
  bootstrapOf(name: string): string {
    return `${this.dataOf(name)}/bootstrap.kubeconfig`
  }
  certificate(name: string): string {
    return `${this.pki}/${name}.crt`
  }
  key(name: string): string {
    return `${this.pki}/${name}.key`
  }
  publicKey(name: string): string {
    return `${this.pki}/${name}.pub`
  }
}

import type { PartArgs, Topology } from '../../../cluster/index.ts'
import { FlagError, readFlags } from './flags.ts'

/**
 * The flags of a program of a local cluster, as `navarch up` was given them; `{name}` in a value
 * stands for the name of the master or node. Throws `FlagError`.
 */
export function givenFlags<Name extends string>(
  { args }: Pick<Topology, 'args'>,
  program: keyof PartArgs,
  of: {
    readonly name: string
    readonly defaults: Readonly<Record<Name, string>>
    readonly repeated?: readonly NoInfer<Name>[]
  },
): Readonly<Record<Name, string>> {
  const words = (args?.[program] ?? []).map((word) => `--${word.replaceAll('{name}', of.name)}`)
  try {
    return readFlags(words, of.defaults, of.repeated ? { repeated: of.repeated } : {})
  } catch (error) {
    if (!(error instanceof FlagError)) throw error
    throw new FlagError(`--${program}-arg: ${error.message}`)
  }
}

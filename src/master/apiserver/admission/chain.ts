import type { AdmissionAttributes } from './attributes.ts'
import {
  type AdmissionContext,
  type AdmissionPlugin,
  type MakePlugin,
  OFF_BY_DEFAULT,
  PLUGIN_ORDER,
  type PluginName,
} from './plugin.ts'

/** All plugins that are on, as one. */
export interface Admission {
  /** The mutating phase. */
  admit(attributes: AdmissionAttributes): Promise<void>
  /** The validating phase. */
  validate(attributes: AdmissionAttributes): Promise<void>
}

export type Plugins = Readonly<Partial<Record<PluginName, MakePlugin>>>

/** Names as in kube-apiserver's `--enable-…` and `--disable-admission-plugins`. */
export interface AdmissionChoice {
  readonly enabled?: readonly string[]
  readonly disabled?: readonly string[]
}

/** The chain of `plugins` that are on. Throws for a name that is none, or is on both lists. */
export function admissionChain(
  context: AdmissionContext,
  plugins: Plugins,
  choice: AdmissionChoice = {},
): Admission {
  const on = namesOn(choice)
  const chain: AdmissionPlugin[] = []
  for (const name of PLUGIN_ORDER) {
    const make = plugins[name]
    if (make && on.has(name)) chain.push(make(context))
  }
  // Each step is a turn of the queue of every write: plugins without one take no turn.
  const admitting = chain.flatMap((plugin) => plugin.admit?.bind(plugin) ?? [])
  const validating = chain.flatMap((plugin) => plugin.validate?.bind(plugin) ?? [])
  const mutate = async (attributes: AdmissionAttributes) => {
    for (const admit of admitting) await admit(attributes)
  }
  return {
    async admit(attributes) {
      await mutate(attributes)
      if (attributes.reinvocation.begin()) await mutate(attributes)
    },
    async validate(attributes) {
      for (const validate of validating) await validate(attributes)
    },
  }
}

function namesOn({ enabled = [], disabled = [] }: AdmissionChoice): ReadonlySet<string> {
  const known: ReadonlySet<string> = new Set(PLUGIN_ORDER)
  const check = (list: string, names: readonly string[]) => {
    for (const name of names) {
      if (!known.has(name)) throw new Error(`${list}-admission-plugins plugin "${name}" is unknown`)
    }
  }
  check('enable', enabled)
  check('disable', disabled)
  const both = enabled.filter((name) => disabled.includes(name))
  if (both.length > 0) {
    throw new Error(
      `[${both.join(' ')}] in enable-admission-plugins and disable-admission-plugins overlapped`,
    )
  }
  const on = new Set<string>(PLUGIN_ORDER.filter((name) => !OFF_BY_DEFAULT.has(name)))
  for (const name of enabled) on.add(name)
  for (const name of disabled) on.delete(name)
  return on
}

/** Both phases at once: for requests without a validation of their own (DELETE, CONNECT). */
export async function admitWhole(
  admission: Admission,
  attributes: AdmissionAttributes,
): Promise<void> {
  await admission.admit(attributes)
  await admission.validate(attributes)
}

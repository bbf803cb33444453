type Env = Readonly<Record<string, string>>

/** With what the agent's own steps run: root must not follow a container's PATH or LD_PRELOAD. */
export const AGENT_ENV: Env = {
  PATH: '/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/sbin:/usr/local/bin',
  SHELL: '/bin/sh',
}

/** Names that a shell takes as they are; it has its own mind about others. */
const PLAIN = /^[A-Za-z_][A-Za-z0-9_]*$/
const SPECIAL =
  /^(?:BASH.*|SHELLOPTS|E?UID|PPID|GROUPS|OPT.*|LINENO|RANDOM|SECONDS|NAVARCH_.*|navarch_.*)$/

/**
 * The command line that runs `command` with a container's environment, and what it is to be started
 * with. Until its end the variables lie there under names that mean nothing: a command line
 * can be read by all.
 */
export function dressed(
  command: readonly string[],
  env: Env,
): { line: readonly string[]; env: Env } {
  const all = Object.entries(env)
  const plain = all.filter(([name]) => PLAIN.test(name) && !SPECIAL.test(name))
  const odd = all.filter((entry) => !plain.includes(entry))
  const hidden = (prefix: string, entries: readonly (readonly [string, string])[]) =>
    entries.map(([name, value], i) => [`${prefix}_${i}`, `${name}=${value}`] as const)
  const oddly = hidden('NAVARCH_ODD', odd)
  const unset = oddly.map(([name]) => `-u ${name}`)
  const set = oddly.map(([name]) => `"$${name}"`)
  const last = odd.length > 0 ? ['/usr/bin/env', ...unset, ...set].join(' ') : ''
  const script = `${EXPORT.replace('COUNT', String(plain.length))}\nexec ${last} "$@"`
  return {
    line: ['/bin/sh', '-c', script, 'sh', ...command],
    env: { ...AGENT_ENV, ...Object.fromEntries([...hidden('NAVARCH_ENV', plain), ...oddly]) },
  }
}

const EXPORT = `unset PATH SHELL
navarch_i=0
while [ "$navarch_i" -lt COUNT ]; do
  eval "navarch_v=\\"\\$NAVARCH_ENV_$navarch_i\\"; unset NAVARCH_ENV_$navarch_i"
  export "$navarch_v"
  navarch_i=$((navarch_i + 1))
done`

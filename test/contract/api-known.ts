/** Why a recorded answer is not given yet, or never will be. */
const NEWER = 'Kubernetes has become larger since 1.32: this is served now'
const ADDRESS = 'the address is the one of the recorded server'
const HOOKS = 'the start-up hooks are those of another program'
const OLD_ETCD = 'the recorded server refused what its old etcd could not do; ours can'

/** The recorded steps that are answered otherwise, by scenario, with the reason. */
export const KNOWN_DIFFERENCES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  '01-discovery': {
    api: ADDRESS,
    'livez-verbose-exclude': HOOKS,
    root: HOOKS,
    oidc: ADDRESS,
  },
  '03-pods': {
    resize: NEWER,
  },
  '12-lists-watch': {
    'watch-send-initial': OLD_ETCD,
  },
}

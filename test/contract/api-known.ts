/** Why a recorded answer is not given yet, or never will be. */
const OTHER_KINDS = 'the kind comes with a later release'
const USERS = 'tokens, impersonation and RBAC come with a later release'
const GO_TEXT = 'the text shows Go values as Go prints them'
const ADDRESS = 'the address is the one of the recorded server'
const HOOKS = 'the start-up hooks are those of another program'
const OLD_ETCD = 'the recorded server refused what its old etcd could not do; ours can'

/** The recorded steps that are answered otherwise, by scenario, with the reason. */
export const KNOWN_DIFFERENCES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  '01-discovery': {
    api: ADDRESS,
    'api-aggregated': OTHER_KINDS,
    apis: OTHER_KINDS,
    'api-v1': OTHER_KINDS,
    'livez-verbose-exclude': HOOKS,
    root: OTHER_KINDS,
    oidc: USERS,
  },
  '03-pods': {
    'change-command': GO_TEXT,
    'change-node': GO_TEXT,
  },
  '05-workloads': {
    'job-template': GO_TEXT,
  },
  '09-media-fields': {
    'patch-unknown-strict': GO_TEXT,
  },
  '10-patches': {
    'kind-change': GO_TEXT,
  },
  '12-lists-watch': {
    'watch-send-initial': OLD_ETCD,
  },
  '13-tables': {
    'table-daemonsets': OTHER_KINDS,
  },
  '15-admission': {
    'pvc-grow-refused': OTHER_KINDS,
  },
  '20-defaults': {
    csinode: OTHER_KINDS,
    'pvc-class-immutable': GO_TEXT,
    'pv-source-immutable': GO_TEXT,
  },
}

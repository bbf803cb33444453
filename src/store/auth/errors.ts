import { GrpcCode, KvError } from '../../base/index.ts'

const precondition = (text: string) => () =>
  new KvError(GrpcCode.failedPrecondition, `etcdserver: ${text}`)
const invalid = (text: string) => () => new KvError(GrpcCode.invalidArgument, `etcdserver: ${text}`)

/** etcd's errors about users, roles and tokens: code and text as on the wire. */
export const authErrors = {
  rootUserNotExist: precondition('root user does not exist'),
  rootRoleNotExist: precondition('root user does not have root role'),
  userAlreadyExist: precondition('user name already exists'),
  userEmpty: invalid('user name is empty'),
  userNotFound: precondition('user name not found'),
  roleAlreadyExist: precondition('role name already exists'),
  roleNotFound: precondition('role name not found'),
  roleEmpty: invalid('role name is empty'),
  authFailed: invalid('authentication failed, invalid user ID or password'),
  permissionNotGiven: invalid('permission not given'),
  permissionDenied: () => new KvError(GrpcCode.permissionDenied, 'etcdserver: permission denied'),
  roleNotGranted: precondition('role is not granted to the user'),
  permissionNotGranted: precondition('permission is not granted to the role'),
  authNotEnabled: precondition('authentication is not enabled'),
  invalidAuthToken: () => new KvError(GrpcCode.unauthenticated, 'etcdserver: invalid auth token'),
  invalidAuthMgmt: invalid('invalid auth management'),
  authOldRevision: invalid('revision of auth store is old'),
  /** etcd has no code of its own for this one. */
  noPasswordUser: () =>
    new KvError(
      GrpcCode.unknown,
      'auth: authentication failed, password was given for no password user',
    ),
} as const

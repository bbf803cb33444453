import { etcdserverpb as pb } from '../../gen/etcd.js'
import { authErrors } from '../auth/index.ts'
import { Tag } from '../payload.ts'
import type { Command, CommandCall, Outcome } from './command.ts'

/** Commands about users, roles and tokens. All but `authenticate` are the administrators'. */
export const authCommands = {
  [Tag.authEnable]: admins((_, { auth }) => auth.enable()),
  [Tag.authDisable]: admins((_, { auth }) => auth.disable()),

  /** The password was checked before; a user may have gone meanwhile. */
  [Tag.authenticate]: (payload, { auth, mvcc, index, nowMs }) => {
    const request = pb.InternalAuthenticateRequest.decode(payload.subarray(1))
    if (!auth.enabled) throw authErrors.authNotEnabled()
    const user = auth.user(request.name)
    if (!user || user.options?.noPassword) throw authErrors.authFailed()
    if (request.simpleToken === '') return { kind: 'auth', revision: mvcc.revision }
    // With the entry's index: whoever sees the token knows when it is known.
    const token = `${request.simpleToken}.${index}`
    auth.tokens.assign(token, request.name, nowMs())
    return { kind: 'auth', revision: mvcc.revision, token }
  },

  [Tag.userAdd]: admins((bytes, { auth }) => {
    const { name, options, hashedPassword } = pb.AuthUserAddRequest.decode(bytes)
    const hashed = Buffer.from(hashedPassword, 'base64')
    auth.addUser({ name, options: options ?? {}, hashedPassword: hashed })
  }),
  [Tag.userDelete]: admins((bytes, { auth }) =>
    auth.deleteUser(pb.AuthUserDeleteRequest.decode(bytes).name),
  ),
  [Tag.userChangePassword]: admins((bytes, { auth }) => {
    const { name, hashedPassword } = pb.AuthUserChangePasswordRequest.decode(bytes)
    auth.changePassword(name, Buffer.from(hashedPassword, 'base64'))
  }),
  [Tag.userGrantRole]: admins((bytes, { auth }) => {
    const { user, role } = pb.AuthUserGrantRoleRequest.decode(bytes)
    auth.grantRole(user, role)
  }),
  [Tag.userRevokeRole]: admins((bytes, { auth }) => {
    const { name, role } = pb.AuthUserRevokeRoleRequest.decode(bytes)
    auth.revokeRole(name, role)
  }),

  [Tag.roleAdd]: admins((bytes, { auth }) =>
    auth.addRole(pb.AuthRoleAddRequest.decode(bytes).name),
  ),
  [Tag.roleDelete]: admins((bytes, { auth }) =>
    auth.deleteRole(pb.AuthRoleDeleteRequest.decode(bytes).role),
  ),
  // What is kept must not hold on to the log's bytes.
  [Tag.roleGrantPermission]: admins((bytes, { auth }) =>
    auth.grantPermission(pb.AuthRoleGrantPermissionRequest.decode(Buffer.from(bytes))),
  ),
  [Tag.roleRevokePermission]: admins((bytes, { auth }) =>
    auth.revokePermission(pb.AuthRoleRevokePermissionRequest.decode(bytes)),
  ),
} satisfies Partial<Record<Tag, Command>>

function admins(act: (request: Uint8Array, on: CommandCall) => void): Command {
  return (payload, on): Outcome => {
    on.admission.admin(on.who)
    act(payload.subarray(1), on)
    return { kind: 'auth', revision: on.mvcc.revision }
  }
}

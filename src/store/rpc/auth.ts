import type { GrpcMethod } from '../../base/index.ts'
import { etcdserverpb as pb } from '../../gen/etcd.js'
import type { AuthApi } from '../index.ts'
import { decode, type RpcCall, unary } from './method.ts'

interface Reads<Q> {
  decode(bytes: Uint8Array): Q
}

interface Writes<A> {
  encode(message: A): { finish(): Uint8Array }
}

/** etcd's Auth service. */
export function authMethods(auth: AuthApi): [path: string, method: GrpcMethod][] {
  return [...statusMethods(auth), ...userMethods(auth), ...roleMethods(auth)]
}

function statusMethods(auth: AuthApi): [path: string, method: GrpcMethod][] {
  return [
    method('AuthEnable', pb.AuthEnableRequest, pb.AuthEnableResponse, (_, c) => auth.enable(c)),
    method('AuthDisable', pb.AuthDisableRequest, pb.AuthDisableResponse, (_, c) => auth.disable(c)),
    method('AuthStatus', pb.AuthStatusRequest, pb.AuthStatusResponse, (_, c) => auth.status(c)),
    method('Authenticate', pb.AuthenticateRequest, pb.AuthenticateResponse, (request, c) =>
      auth.authenticate(request, c),
    ),
  ]
}

function userMethods(auth: AuthApi): [path: string, method: GrpcMethod][] {
  return [
    method('UserAdd', pb.AuthUserAddRequest, pb.AuthUserAddResponse, (r, c) => auth.userAdd(r, c)),
    method('UserGet', pb.AuthUserGetRequest, pb.AuthUserGetResponse, (r, c) =>
      auth.userGet(r.name, c),
    ),
    method('UserList', pb.AuthUserListRequest, pb.AuthUserListResponse, (_, c) => auth.userList(c)),
    method('UserDelete', pb.AuthUserDeleteRequest, pb.AuthUserDeleteResponse, (r, c) =>
      auth.userDelete(r.name, c),
    ),
    method(
      'UserChangePassword',
      pb.AuthUserChangePasswordRequest,
      pb.AuthUserChangePasswordResponse,
      (r, c) => auth.userChangePassword(r, c),
    ),
    method('UserGrantRole', pb.AuthUserGrantRoleRequest, pb.AuthUserGrantRoleResponse, (r, c) =>
      auth.userGrantRole(r, c),
    ),
    method('UserRevokeRole', pb.AuthUserRevokeRoleRequest, pb.AuthUserRevokeRoleResponse, (r, c) =>
      auth.userRevokeRole(r, c),
    ),
  ]
}

function roleMethods(auth: AuthApi): [path: string, method: GrpcMethod][] {
  return [
    method('RoleAdd', pb.AuthRoleAddRequest, pb.AuthRoleAddResponse, (r, c) =>
      auth.roleAdd(r.name, c),
    ),
    method('RoleGet', pb.AuthRoleGetRequest, pb.AuthRoleGetResponse, (r, c) =>
      auth.roleGet(r.role, c),
    ),
    method('RoleList', pb.AuthRoleListRequest, pb.AuthRoleListResponse, (_, c) => auth.roleList(c)),
    method('RoleDelete', pb.AuthRoleDeleteRequest, pb.AuthRoleDeleteResponse, (r, c) =>
      auth.roleDelete(r.role, c),
    ),
    method(
      'RoleGrantPermission',
      pb.AuthRoleGrantPermissionRequest,
      pb.AuthRoleGrantPermissionResponse,
      (r, c) => auth.roleGrantPermission(r, c),
    ),
    method(
      'RoleRevokePermission',
      pb.AuthRoleRevokePermissionRequest,
      pb.AuthRoleRevokePermissionResponse,
      (r, c) => auth.roleRevokePermission(r, c),
    ),
  ]
}

function method<Q, A>(
  name: string,
  requests: Reads<Q>,
  answers: Writes<A>,
  act: (request: Q, call: RpcCall) => Promise<A>,
): [path: string, method: GrpcMethod] {
  return [
    `/etcdserverpb.Auth/${name}`,
    unary(async (bytes, call) => {
      const answer = await act(decode(requests, bytes), call)
      return answers.encode(answer).finish()
    }),
  ]
}

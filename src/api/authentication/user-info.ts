import { list, map, string, stringList, struct, type TypeOf } from '../schema/index.ts'

export const UserInfo = struct('io.k8s.api.authentication.v1.UserInfo', '', {
  extra: map(4, stringList),
  groups: list(3, string).atomic(),
  uid: string(2),
  username: string(1),
})
export interface UserInfo extends TypeOf<typeof UserInfo> {}

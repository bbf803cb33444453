import { list, map, string, stringList, struct, type TypeOf } from '../schema/index.ts'

export const UserInfo = struct('io.k8s.api.authentication.v1.UserInfo', 'A user.', {
  username: string(1, 'Name of the user.'),
  uid: string(2, 'Unique identifier.'),
  groups: list(3, string, 'Groups that the user is in.').atomic(),
  extra: map(4, stringList, 'Whatever else is known, by name.'),
})
export interface UserInfo extends TypeOf<typeof UserInfo> {}

import { list, map, string, stringList, struct, type TypeOf } from '../schema/index.ts'

export const UserInfo = struct('io.k8s.api.authentication.v1.UserInfo', 'A user.', {
  extra: map(4, stringList, 'Whatever else is known, by name.'),
  groups: list(3, string, 'Groups that the user is in.').atomic(),
  uid: string(2, 'Unique identifier.'),
  username: string(1, 'Name of the user.'),
})
export interface UserInfo extends TypeOf<typeof UserInfo> {}

import type { ClusterRoleBinding, RoleBinding } from '../rbac/index.ts'
import type { Column } from '../schema/index.ts'
import { ageColumn, column, nameColumn, wide } from './common.ts'

type Binding = RoleBinding | ClusterRoleBinding

export const bindingColumns: readonly Column<Binding>[] = [
  nameColumn(),
  column('Role', 'The role that is given.', ({ roleRef }) => `${roleRef.kind}/${roleRef.name}`),
  ageColumn(),
  wide('Users', 'Who has it.', (binding) => named(binding, 'User')),
  wide('Groups', 'Whose members have it.', (binding) => named(binding, 'Group')),
  wide('ServiceAccounts', 'Which service accounts have it.', (binding) =>
    named(binding, 'ServiceAccount'),
  ),
]

function named({ subjects = [] }: Binding, kind: string): string {
  return subjects
    .filter((subject) => subject.kind === kind)
    .map(({ namespace, name }) => (kind === 'ServiceAccount' ? `${namespace ?? ''}/${name}` : name))
    .join(', ')
}

/** Links and modes, for the volumes of pods: what `Disk` leaves out because no other layer needs it. */
export interface Links {
  /** Makes `path` a link to `target`; a link that stands there is replaced in one step. */
  replaceLink(path: string, target: string): Promise<void>
  /** Where the link points, as written; undefined when there is no link at `path`. */
  readLink(path: string): Promise<string | undefined>
  /** Who may do what with a file or folder, whatever the umask: `0o777`. */
  setMode(path: string, mode: number): Promise<void>
}

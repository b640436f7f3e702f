/** Something the user can put right; the command line prints the message alone and exits with 2. */
export class LabError extends Error {
  name = 'LabError'
}

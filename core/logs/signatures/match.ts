/** Finds the known signature that a line carries. */
export interface SignatureMatcher {
  /** Id of the signature that says most about the event; undefined where none is known. */
  find(message: string, stack: string | undefined, frame: string | undefined): string | undefined
}

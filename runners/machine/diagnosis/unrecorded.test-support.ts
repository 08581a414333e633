/**
 * Rows of the catalogue whose words were read off the sources of who says them: no real failure has been recorded of them yet.
 * To record one, see docs/how-to/add-a-diagnosis.md; then it has a file in transcripts/, and its name goes from here.
 */
export const UNRECORDED: readonly string[] = ['dracut-root-missing', 'dracut-timeout', 'ssh-key-refused'];

/** What to do about failures of an export to S3. */

export const CREATE_BUCKET =
  'Check the spelling of the bucket in `export`, or create it in the account of the credentials.';
export const MAKE_PRIVATE =
  'Turn on "Block all public access" of the bucket, or set `export-public: true` if everybody may read the artifacts.';
export const REMOVE_SECRETS =
  'Keep the program from writing the secret, or delete the file before the export. Replace a secret that others may have read.';
export const END_WRITERS =
  'End programs that still write into the folder, and replace links out of it by copies. All files must be readable.';
export const RERUN_TO_EXPORT =
  'Have the phases end the programs that write into the folder, and make all files readable. Then re-run the job, which runs the phases again.';

/** What to do about failures of an export to S3. */

export const CREATE_BUCKET =
  'Check the spelling of the bucket in `export`, or create it in the account of the credentials.';
export const MAKE_PRIVATE =
  'Turn on "Block all public access" of the bucket, or set `export-public: true` if everybody may read the artifacts.';
export const REMOVE_SECRETS =
  'Keep the program from writing the secret, or delete the file before the export. Replace a secret that others may have read.';
export const END_WRITERS =
  'End programs that still write into the folder, and replace links out of it by copies. All files must be readable.';
export const EXPORT_AGAIN =
  'Run the export again: it uploads only what is not in the bucket yet. End programs that still write into the folder.';

import type { Failure } from '../core/kernel/failure.js';

/** What to do in a shell, where the hints for workflows do not apply. */
export function shellHints({ code }: Failure): readonly string[] {
  return code === 'aws-no-credentials' || code === 'aws-no-region'
    ? ['In a shell: `aws sso login` and AWS_PROFILE, or `aws configure`, give both.']
    : [];
}

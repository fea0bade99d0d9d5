interface Located {
  readonly id: string;
  readonly region: string;
}

/** The command line that opens a shell on an instance by AWS Systems Manager. It needs the Session Manager plugin. */
export function openShell({ id, region }: Located): string {
  return `aws ssm start-session --target ${id} --region ${region}`;
}

/** The command line that ends an instance. */
export function endMachine({ id, region }: Located): string {
  return `aws ec2 terminate-instances --instance-ids ${id} --region ${region}`;
}

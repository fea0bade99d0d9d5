# The outputs of iam/ci-actions.yml.

output "start_stop_role_arn" {
  description = "role-to-assume in jobs with start-runner or stop-runner: the variable AWS_ROLE."
  value       = aws_iam_role.start_stop.arn
}

output "reap_role_arn" {
  description = "role-to-assume in the job with reap-runners: the variable AWS_REAP_ROLE."
  value       = aws_iam_role.reap.arn
}

output "pool_role_arn" {
  description = "role-to-assume in the job with fill-pool: the variable AWS_POOL_ROLE. null without pools."
  value       = one(aws_iam_role.pool[*].arn)
}

output "export_role_arn" {
  description = "role-to-assume in jobs with run-phases that export to S3: the variable AWS_EXPORT_ROLE. null without export_bucket."
  value       = one(aws_iam_role.export[*].arn)
}

output "history_role_arn" {
  description = "role-to-assume in jobs with judge-results that have a history in S3: the variable AWS_HISTORY_ROLE. null without history_bucket."
  value       = one(aws_iam_role.history[*].arn)
}

output "security_group_id" {
  description = "start-runner's security-group-id: the variable AWS_SECURITY_GROUP."
  value       = aws_security_group.machines.id
}

output "machine_profile_name" {
  description = "start-runner's iam-role-name. null without machine_policy_arns and sessions."
  value       = one(aws_iam_instance_profile.machine[*].name)
}

output "session_policy_arn" {
  description = "A policy for people who may open a shell on the machines, and end them. null without sessions."
  value       = one(aws_iam_policy.session_user[*].arn)
}

output "oidc_provider_arn" {
  description = "GitHub's OpenID Connect provider: oidc_provider_arn of the next module in the same account."
  value       = local.oidc_provider_arn
}

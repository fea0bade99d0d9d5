# The parameters of iam/ci-actions.yml, with the same meaning, patterns and defaults. The last four exist only here.

variable "owner" {
  description = "The repository's owner, as GitHub spells it."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$", var.owner))
    error_message = "owner is a GitHub user or organization, such as octo-org."
  }
}

variable "repository" {
  description = "The repository's name without its owner, as GitHub spells it; or * for all repositories of the owner."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^(\\*|[A-Za-z0-9._-]{1,100})$", var.repository))
    error_message = "repository is a repository's name without its owner, such as octo-repo, or *."
  }
}

variable "owner_id" {
  description = "The number that `gh api repos/OWNER/REPOSITORY --jq .owner.id` prints. Needed for repositories created or renamed since 15 July 2026."
  type        = string
  default     = ""
  nullable    = false

  validation {
    condition     = can(regex("^[0-9]*$", var.owner_id))
    error_message = "owner_id is a number."
  }
}

variable "repository_id" {
  description = "The number that `gh api repos/OWNER/REPOSITORY --jq .id` prints; or * if repository is *."
  type        = string
  default     = ""
  nullable    = false

  validation {
    condition     = can(regex("^(\\*|[0-9]*)$", var.repository_id))
    error_message = "repository_id is a number, or * if repository is *."
  }
}

variable "subject" {
  description = "Which jobs of the repository may assume the roles, such as ref:refs/heads/main or environment:ci; * for all."
  type        = string
  default     = "*"
  nullable    = false

  validation {
    condition     = can(regex("^(\\*|pull_request|environment:.+|ref:refs/.+)$", var.subject))
    error_message = "subject is *, pull_request, environment:NAME or ref:refs/heads/BRANCH."
  }
}

variable "oidc_provider_arn" {
  description = "The ARN of GitHub's OpenID Connect provider, if the account has it already; empty creates it."
  type        = string
  default     = ""
  nullable    = false

  validation {
    condition     = can(regex("^(arn:aws[a-z-]*:iam::[0-9]{12}:oidc-provider/token\\.actions\\.githubusercontent\\.com)?$", var.oidc_provider_arn))
    error_message = "oidc_provider_arn is empty or the ARN of this account's provider for token.actions.githubusercontent.com."
  }
}

variable "vpc_id" {
  description = "Where machines are launched."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^vpc-[0-9a-f]+$", var.vpc_id))
    error_message = "vpc_id is the id of a VPC, such as vpc-0a1b2c3d."
  }
}

variable "regions" {
  description = "Where machines may be launched; empty for the provider's region."
  type        = list(string)
  default     = []
  nullable    = false
}

variable "instance_types" {
  description = "What may be launched, such as [\"t3.xlarge\", \"m7i.*\"]."
  type        = list(string)
  default     = ["*"]
  nullable    = false

  validation {
    condition     = length(var.instance_types) > 0
    error_message = "instance_types needs at least one type or pattern; [\"*\"] allows all."
  }
}

variable "machine_policy_arns" {
  description = "Managed policies for the machines themselves, that is, for the jobs; empty for machines without a role."
  type        = list(string)
  default     = []
  nullable    = false
}

variable "pools" {
  description = "true adds a role for fill-pool, and start-runner's permission to claim from its pools."
  type        = bool
  default     = false
  nullable    = false
}

variable "sessions" {
  description = "Whether people may open a shell on machines by Systems Manager, and machines may stay after a failed job."
  type        = bool
  default     = false
  nullable    = false
}

variable "data_volumes" {
  description = "true adds start-runner's and stop-runner's permission for data volumes, which outlive machines."
  type        = bool
  default     = false
  nullable    = false
}

variable "export_bucket" {
  description = "A bucket that exists, for a role that may export the artifacts of run-phases to it; empty for no such role."
  type        = string
  default     = ""
  nullable    = false

  validation {
    condition     = can(regex("^([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])?$", var.export_bucket))
    error_message = "export_bucket is the name of a bucket, such as ci-artifacts."
  }
}

variable "export_prefix" {
  description = "The beginning of all keys that exports may write, without a slash at its end, such as octo-repo/runs."
  type        = string
  default     = "runs"
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9._-]+(/[A-Za-z0-9._-]+)*$", var.export_prefix))
    error_message = "export_prefix is made of letters, digits, dots, dashes and underscores, in parts that slashes separate."
  }
}

variable "history_bucket" {
  description = "A bucket that exists, for a role that may keep the history of judge-results in it; empty for no such role."
  type        = string
  default     = ""
  nullable    = false

  validation {
    condition     = can(regex("^([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])?$", var.history_bucket))
    error_message = "history_bucket is the name of a bucket, such as ci-results."
  }
}

variable "history_key" {
  description = "The key of the object with the history, such as octo-repo/history.jsonl."
  type        = string
  default     = "history.jsonl"
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9._-]+(/[A-Za-z0-9._-]+)*$", var.history_key))
    error_message = "history_key is made of letters, digits, dots, dashes and underscores, in parts that slashes separate."
  }
}

variable "name_prefix" {
  description = "The beginning of the names of everything that is created; AWS requires unique names."
  type        = string
  default     = "ci-actions-"
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9+=,.@_-]{1,27}$", var.name_prefix)) && !startswith(var.name_prefix, "sg-")
    error_message = "name_prefix has at most 27 letters, digits and signs of +=,.@_-, and does not begin with sg-."
  }
}

variable "path" {
  description = "The path of the roles, the instance profile and the policy for people, where your organization requires one."
  type        = string
  default     = "/"
  nullable    = false

  validation {
    condition     = can(regex("^/([!-.0-~]+/)*$", var.path))
    error_message = "path begins and ends with a slash, such as /ci/."
  }
}

variable "permissions_boundary" {
  description = "The ARN of a policy that limits the roles, where your organization requires one."
  type        = string
  default     = null
}

variable "tags" {
  description = "Tags of everything that is created here. The machines get theirs from start-runner's aws-resource-tags."
  type        = map(string)
  default     = {}
  nullable    = false
}

# The resources of iam/ci-actions.yml: what start-runner, stop-runner, reap-runners, fill-pool, exports of run-phases
# and histories of judge-results need in an AWS account.

data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}
data "aws_region" "current" {}

locals {
  account           = data.aws_caller_identity.current.account_id
  partition         = data.aws_partition.current.partition
  makes_provider    = var.oidc_provider_arn == ""
  oidc_provider_arn = local.makes_provider ? one(aws_iam_openid_connect_provider.github[*].arn) : var.oidc_provider_arn
  regions           = length(var.regions) > 0 ? var.regions : [data.aws_region.current.region]
  knows_ids         = var.owner_id != ""

  makes_machine_role = length(var.machine_policy_arns) > 0 || var.sessions
  machine_role_arn   = one(aws_iam_role.machine[*].arn)
}

# An account can have only one provider, and others may use it, too. So it must not go with this module; see README.md.
resource "aws_iam_openid_connect_provider" "github" {
  count = local.makes_provider ? 1 : 0

  url            = "https://token.actions.githubusercontent.com"
  client_id_list = ["sts.amazonaws.com"]
  tags           = var.tags

  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_iam_role" "start_stop" {
  name_prefix          = "${var.name_prefix}start-stop-"
  path                 = var.path
  description          = "start-runner and stop-runner in ${var.owner}/${var.repository}"
  assume_role_policy   = jsonencode(local.trust)
  permissions_boundary = var.permissions_boundary
  tags                 = var.tags

  lifecycle {
    precondition {
      condition     = (var.owner_id == "") == (var.repository_id == "")
      error_message = "owner_id and repository_id need each other."
    }
    precondition {
      condition     = var.repository != "*" || contains(["", "*"], var.repository_id)
      error_message = "With repository * the repository_id must be *, too."
    }
    # A star inside one repository's subject would match the slash and other repositories of the same owner.
    precondition {
      condition     = var.repository_id != "*" || var.repository == "*"
      error_message = "repository_id * is allowed only with repository *."
    }
  }
}

resource "aws_iam_role_policy" "start_stop" {
  name   = "start-stop"
  role   = aws_iam_role.start_stop.id
  policy = jsonencode(local.start_stop)
}

resource "aws_iam_role" "reap" {
  name_prefix          = "${var.name_prefix}reap-"
  path                 = var.path
  description          = "reap-runners for ${var.owner}/${var.repository}"
  assume_role_policy   = jsonencode(local.trust)
  permissions_boundary = var.permissions_boundary
  tags                 = var.tags
}

resource "aws_iam_role_policy" "reap" {
  name   = "reap"
  role   = aws_iam_role.reap.id
  policy = jsonencode(local.reap)
}

resource "aws_iam_role" "pool" {
  count = var.pools ? 1 : 0

  name_prefix          = "${var.name_prefix}pool-"
  path                 = var.path
  description          = "fill-pool for ${var.owner}/${var.repository}"
  assume_role_policy   = jsonencode(local.trust)
  permissions_boundary = var.permissions_boundary
  tags                 = var.tags
}

resource "aws_iam_role_policy" "pool_fill" {
  count = var.pools ? 1 : 0

  name   = "pool-fill"
  role   = aws_iam_role.pool[0].id
  policy = jsonencode(local.pool_fill)
}

resource "aws_iam_role_policy" "pool_claim" {
  count = var.pools ? 1 : 0

  name   = "pool-claim"
  role   = aws_iam_role.start_stop.id
  policy = jsonencode(local.pool_claim)
}

resource "aws_iam_role_policy" "volumes" {
  count = var.data_volumes ? 1 : 0

  name   = "volumes"
  role   = aws_iam_role.start_stop.id
  policy = jsonencode(local.volumes)
}

resource "aws_iam_role" "export" {
  count = var.export_bucket != "" ? 1 : 0

  name_prefix          = "${var.name_prefix}export-"
  path                 = var.path
  description          = "Exports of run-phases in ${var.owner}/${var.repository}"
  assume_role_policy   = jsonencode(local.trust)
  permissions_boundary = var.permissions_boundary
  tags                 = var.tags

  # Phases may take longer than the hour that a session lasts by default.
  max_session_duration = 43200
}

resource "aws_iam_role_policy" "export" {
  count = var.export_bucket != "" ? 1 : 0

  name   = "export"
  role   = aws_iam_role.export[0].id
  policy = jsonencode(local.export)
}

resource "aws_iam_role" "history" {
  count = var.history_bucket != "" ? 1 : 0

  name_prefix          = "${var.name_prefix}history-"
  path                 = var.path
  description          = "The history of judge-results in ${var.owner}/${var.repository}"
  assume_role_policy   = jsonencode(local.trust)
  permissions_boundary = var.permissions_boundary
  tags                 = var.tags
}

resource "aws_iam_role_policy" "history" {
  count = var.history_bucket != "" ? 1 : 0

  name   = "history"
  role   = aws_iam_role.history[0].id
  policy = jsonencode(local.history)
}

# No ingress. All egress is allowed, because jobs download from anywhere.
resource "aws_security_group" "machines" {
  name_prefix = var.name_prefix
  description = "ci-actions runners of ${var.owner}/${var.repository}, no ingress"
  vpc_id      = var.vpc_id
  ingress     = []
  tags        = var.tags

  egress {
    from_port        = 0
    to_port          = 0
    protocol         = "-1"
    cidr_blocks      = ["0.0.0.0/0"]
    ipv6_cidr_blocks = ["::/0"]
  }
}

resource "aws_iam_role" "machine" {
  count = local.makes_machine_role ? 1 : 0

  name_prefix          = "${var.name_prefix}machine-"
  path                 = var.path
  description          = "Every job on a ci-actions runner of ${var.owner}/${var.repository}"
  permissions_boundary = var.permissions_boundary
  tags                 = var.tags

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "ec2.amazonaws.com" }
      Action    = "sts:AssumeRole"
    }]
  })
}

resource "aws_iam_role_policy_attachment" "machine" {
  count = length(var.machine_policy_arns)

  role       = aws_iam_role.machine[0].name
  policy_arn = var.machine_policy_arns[count.index]
}

resource "aws_iam_instance_profile" "machine" {
  count = local.makes_machine_role ? 1 : 0

  name_prefix = "${var.name_prefix}machine-"
  path        = var.path
  role        = aws_iam_role.machine[0].name
  tags        = var.tags
}

resource "aws_iam_role_policy" "pass_role" {
  count = local.makes_machine_role ? 1 : 0

  name   = "pass-role"
  role   = aws_iam_role.start_stop.id
  policy = jsonencode(local.pass_role)
}

resource "aws_iam_role_policy" "pass_role_to_pools" {
  count = var.pools && local.makes_machine_role ? 1 : 0

  name   = "pass-role"
  role   = aws_iam_role.pool[0].id
  policy = jsonencode(local.pass_role)
}

resource "aws_iam_role_policy" "keep_failed" {
  count = var.sessions ? 1 : 0

  name   = "keep-failed"
  role   = aws_iam_role.start_stop.id
  policy = jsonencode(local.keep_failed)
}

resource "aws_iam_role_policy" "session_host" {
  count = var.sessions ? 1 : 0

  name   = "session-host"
  role   = aws_iam_role.machine[0].id
  policy = jsonencode(local.session_host)
}

# For people. Attach it to their role, permission set or group.
resource "aws_iam_policy" "session_user" {
  count = var.sessions ? 1 : 0

  name_prefix = "${var.name_prefix}sessions-"
  path        = var.path
  description = "Look at ci-actions runners of ${var.owner}/${var.repository}"
  policy      = jsonencode(local.session_user)
  tags        = var.tags
}

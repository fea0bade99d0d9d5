# The policies of the roles. Printed from iam/*.ts by `npm run print`, as those of iam/ci-actions.yml are.
locals {
  start_stop = {
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "Look"
        Effect = "Allow"
        Action = [
          "ec2:DescribeImages",
          "ec2:DescribeInstanceTypes",
          "ec2:DescribeInstances",
          "ec2:DescribeRegions",
          "ec2:DescribeSecurityGroups",
          "ec2:DescribeSpotPriceHistory",
          "ec2:DescribeSubnets",
        ]
        Resource = ["*"]
      },
      {
        Sid    = "ReadImageParameters"
        Effect = "Allow"
        Action = ["ssm:GetParameters"]
        Resource = [
          "arn:${local.partition}:ssm:*:${local.account}:parameter/ci-actions/ami/*",
          "arn:${local.partition}:ssm:*:*:parameter/aws/service/*",
        ]
      },
      {
        Sid    = "LaunchFrom"
        Effect = "Allow"
        Action = ["ec2:RunInstances"]
        Resource = [
          "arn:${local.partition}:ec2:*::image/*",
          "arn:${local.partition}:ec2:*:*:subnet/*",
          "arn:${local.partition}:ec2:*:*:security-group/*",
          "arn:${local.partition}:ec2:*:${local.account}:key-pair/*",
        ]
        Condition = {
          StringLike = {
            "aws:RequestedRegion" = local.regions
          }
        }
      },
      {
        Sid      = "LaunchMarkedMachines"
        Effect   = "Allow"
        Action   = ["ec2:RunInstances"]
        Resource = ["arn:${local.partition}:ec2:*:${local.account}:instance/*"]
        Condition = {
          StringLike = {
            "aws:RequestTag/ci-actions:repository" = "${var.owner}/${var.repository}"
            "aws:RequestedRegion"                  = local.regions
            "ec2:InstanceType"                     = var.instance_types
          }
          "ForAnyValue:StringEquals" = {
            "aws:TagKeys" = "ci-actions:repository"
          }
          StringEquals = {
            "ec2:MetadataHttpTokens" = "required"
          }
          NumericLessThanEquals = {
            "ec2:MetadataHttpPutResponseHopLimit" = "2"
          }
        }
      },
      {
        Sid    = "LaunchMarkedParts"
        Effect = "Allow"
        Action = ["ec2:RunInstances"]
        Resource = [
          "arn:${local.partition}:ec2:*:${local.account}:volume/*",
          "arn:${local.partition}:ec2:*:${local.account}:network-interface/*",
          "arn:${local.partition}:ec2:*:${local.account}:spot-instances-request/*",
        ]
        Condition = {
          StringLike = {
            "aws:RequestTag/ci-actions:repository" = "${var.owner}/${var.repository}"
            "aws:RequestedRegion"                  = local.regions
          }
          "ForAnyValue:StringEquals" = {
            "aws:TagKeys" = "ci-actions:repository"
          }
        }
      },
      {
        Sid    = "MarkAtLaunch"
        Effect = "Allow"
        Action = ["ec2:CreateTags"]
        Resource = [
          "arn:${local.partition}:ec2:*:${local.account}:instance/*",
          "arn:${local.partition}:ec2:*:${local.account}:volume/*",
          "arn:${local.partition}:ec2:*:${local.account}:network-interface/*",
          "arn:${local.partition}:ec2:*:${local.account}:spot-instances-request/*",
        ]
        Condition = {
          StringLike = {
            "aws:RequestTag/ci-actions:repository" = "${var.owner}/${var.repository}"
          }
          "ForAnyValue:StringEquals" = {
            "aws:TagKeys" = "ci-actions:repository"
          }
          StringEquals = {
            "ec2:CreateAction" = "RunInstances"
          }
        }
      },
      {
        Sid      = "NoKeyInAnotherCase"
        Effect   = "Deny"
        Action   = ["ec2:CreateTags"]
        Resource = ["*"]
        Condition = {
          "ForAnyValue:StringLike" = {
            "aws:TagKeys" = [
              "C?-???????:??????????",
              "?I-???????:??????????",
              "??-A??????:??????????",
              "??-?C?????:??????????",
              "??-??T????:??????????",
              "??-???I???:??????????",
              "??-????O??:??????????",
              "??-?????N?:??????????",
              "??-??????S:??????????",
              "??-???????:R?????????",
              "??-???????:?E????????",
              "??-???????:??P???????",
              "??-???????:???O??????",
              "??-???????:????S?????",
              "??-???????:?????I????",
              "??-???????:??????T???",
              "??-???????:???????O??",
              "??-???????:????????R?",
              "??-???????:?????????Y",
            ]
          }
        }
      },
      {
        Sid    = "EndOwn"
        Effect = "Allow"
        Action = [
          "ec2:TerminateInstances",
          "ec2:GetConsoleOutput",
        ]
        Resource = ["arn:${local.partition}:ec2:*:${local.account}:instance/*"]
        Condition = {
          StringLike = {
            "aws:ResourceTag/ci-actions:repository" = "${var.owner}/${var.repository}"
          }
        }
      },
    ]
  }

  pass_role = {
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "GiveMachinesThisRole"
        Effect   = "Allow"
        Action   = ["iam:PassRole"]
        Resource = [local.machine_role_arn]
        Condition = {
          StringEquals = {
            "iam:PassedToService" = "ec2.amazonaws.com"
          }
        }
      },
    ]
  }

  pool_claim = {
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "TellPooled"
        Effect   = "Allow"
        Action   = ["ec2:ModifyInstanceAttribute"]
        Resource = ["arn:${local.partition}:ec2:*:${local.account}:instance/*"]
        Condition = {
          StringLike = {
            "aws:ResourceTag/ci-actions:repository" = "${var.owner}/${var.repository}"
            "aws:ResourceTag/ci-actions:pool"       = "*"
          }
          StringEqualsIgnoreCaseIfExists = {
            "ec2:Attribute" = "UserData"
          }
          Null = {
            "ec2:Attribute/InstanceInitiatedShutdownBehavior" = "true"
            "ec2:Attribute/DisableApiStop"                    = "true"
            "ec2:Attribute/DisableApiTermination"             = "true"
            "ec2:Attribute/EbsOptimized"                      = "true"
            "ec2:Attribute/EnaSupport"                        = "true"
            "ec2:Attribute/InstanceType"                      = "true"
            "ec2:Attribute/Kernel"                            = "true"
            "ec2:Attribute/Ramdisk"                           = "true"
            "ec2:Attribute/SourceDestCheck"                   = "true"
            "ec2:Attribute/SriovNetSupport"                   = "true"
            "aws:ResourceTag/ci-actions:start"                = "true"
          }
        }
      },
      {
        Sid      = "EndPooledAtPowerOff"
        Effect   = "Allow"
        Action   = ["ec2:ModifyInstanceAttribute"]
        Resource = ["arn:${local.partition}:ec2:*:${local.account}:instance/*"]
        Condition = {
          StringLike = {
            "aws:ResourceTag/ci-actions:repository" = "${var.owner}/${var.repository}"
            "aws:ResourceTag/ci-actions:pool"       = "*"
          }
          StringEqualsIgnoreCaseIfExists = {
            "ec2:Attribute" = "InstanceInitiatedShutdownBehavior"
          }
          Null = {
            "ec2:Attribute/UserData"              = "true"
            "ec2:Attribute/DisableApiStop"        = "true"
            "ec2:Attribute/DisableApiTermination" = "true"
            "ec2:Attribute/EbsOptimized"          = "true"
            "ec2:Attribute/EnaSupport"            = "true"
            "ec2:Attribute/InstanceType"          = "true"
            "ec2:Attribute/Kernel"                = "true"
            "ec2:Attribute/Ramdisk"               = "true"
            "ec2:Attribute/SourceDestCheck"       = "true"
            "ec2:Attribute/SriovNetSupport"       = "true"
            "aws:ResourceTag/ci-actions:start"    = "true"
          }
          StringEquals = {
            "ec2:Attribute/InstanceInitiatedShutdownBehavior" = "terminate"
          }
        }
      },
      {
        Sid      = "StartPooled"
        Effect   = "Allow"
        Action   = ["ec2:StartInstances"]
        Resource = ["arn:${local.partition}:ec2:*:${local.account}:instance/*"]
        Condition = {
          StringLike = {
            "aws:ResourceTag/ci-actions:repository" = "${var.owner}/${var.repository}"
            "aws:ResourceTag/ci-actions:pool"       = "*"
            "aws:RequestedRegion"                   = local.regions
            "ec2:InstanceType"                      = var.instance_types
          }
        }
      },
      {
        Sid      = "MarkPooled"
        Effect   = "Allow"
        Action   = ["ec2:CreateTags"]
        Resource = ["arn:${local.partition}:ec2:*:${local.account}:instance/*"]
        Condition = {
          StringLike = {
            "aws:RequestTag/ci-actions:repository"  = "${var.owner}/${var.repository}"
            "aws:ResourceTag/ci-actions:repository" = "${var.owner}/${var.repository}"
            "aws:ResourceTag/ci-actions:pool"       = "*"
          }
          "ForAnyValue:StringEquals" = {
            "aws:TagKeys" = "ci-actions:repository"
          }
          Null = {
            "aws:RequestTag/ci-actions:pool"       = "true"
            "aws:RequestTag/ci-actions:pool-shape" = "true"
          }
        }
      },
    ]
  }

  pool_fill = {
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "Look"
        Effect = "Allow"
        Action = [
          "ec2:DescribeImages",
          "ec2:DescribeInstanceTypes",
          "ec2:DescribeInstances",
          "ec2:DescribeSecurityGroups",
          "ec2:DescribeSubnets",
        ]
        Resource = ["*"]
      },
      {
        Sid    = "ReadImageParameters"
        Effect = "Allow"
        Action = ["ssm:GetParameters"]
        Resource = [
          "arn:${local.partition}:ssm:*:${local.account}:parameter/ci-actions/ami/*",
          "arn:${local.partition}:ssm:*:*:parameter/aws/service/*",
        ]
      },
      {
        Sid    = "LaunchFrom"
        Effect = "Allow"
        Action = ["ec2:RunInstances"]
        Resource = [
          "arn:${local.partition}:ec2:*::image/*",
          "arn:${local.partition}:ec2:*:*:subnet/*",
          "arn:${local.partition}:ec2:*:*:security-group/*",
          "arn:${local.partition}:ec2:*:${local.account}:key-pair/*",
        ]
        Condition = {
          StringLike = {
            "aws:RequestedRegion" = local.regions
          }
        }
      },
      {
        Sid      = "LaunchMarkedMachines"
        Effect   = "Allow"
        Action   = ["ec2:RunInstances"]
        Resource = ["arn:${local.partition}:ec2:*:${local.account}:instance/*"]
        Condition = {
          StringLike = {
            "aws:RequestTag/ci-actions:repository" = "${var.owner}/${var.repository}"
            "aws:RequestTag/ci-actions:pool"       = "*"
            "aws:RequestedRegion"                  = local.regions
            "ec2:InstanceType"                     = var.instance_types
          }
          "ForAnyValue:StringEquals" = {
            "aws:TagKeys" = "ci-actions:repository"
          }
          "ForAnyValue:StringLike" = {
            "aws:TagKeys" = "ci-actions:pool"
          }
          StringEquals = {
            "ec2:MetadataHttpTokens" = "required"
          }
          NumericLessThanEquals = {
            "ec2:MetadataHttpPutResponseHopLimit" = "2"
          }
        }
      },
      {
        Sid    = "LaunchMarkedParts"
        Effect = "Allow"
        Action = ["ec2:RunInstances"]
        Resource = [
          "arn:${local.partition}:ec2:*:${local.account}:volume/*",
          "arn:${local.partition}:ec2:*:${local.account}:network-interface/*",
        ]
        Condition = {
          StringLike = {
            "aws:RequestTag/ci-actions:repository" = "${var.owner}/${var.repository}"
            "aws:RequestTag/ci-actions:pool"       = "*"
            "aws:RequestedRegion"                  = local.regions
          }
          "ForAnyValue:StringEquals" = {
            "aws:TagKeys" = "ci-actions:repository"
          }
          "ForAnyValue:StringLike" = {
            "aws:TagKeys" = "ci-actions:pool"
          }
        }
      },
      {
        Sid    = "MarkAtLaunch"
        Effect = "Allow"
        Action = ["ec2:CreateTags"]
        Resource = [
          "arn:${local.partition}:ec2:*:${local.account}:instance/*",
          "arn:${local.partition}:ec2:*:${local.account}:volume/*",
          "arn:${local.partition}:ec2:*:${local.account}:network-interface/*",
        ]
        Condition = {
          StringLike = {
            "aws:RequestTag/ci-actions:repository" = "${var.owner}/${var.repository}"
            "aws:RequestTag/ci-actions:pool"       = "*"
          }
          "ForAnyValue:StringEquals" = {
            "aws:TagKeys" = "ci-actions:repository"
          }
          "ForAnyValue:StringLike" = {
            "aws:TagKeys" = "ci-actions:pool"
          }
          StringEquals = {
            "ec2:CreateAction" = "RunInstances"
          }
        }
      },
      {
        Sid      = "NoKeyInAnotherCase"
        Effect   = "Deny"
        Action   = ["ec2:CreateTags"]
        Resource = ["*"]
        Condition = {
          "ForAnyValue:StringLike" = {
            "aws:TagKeys" = [
              "C?-???????:??????????",
              "?I-???????:??????????",
              "??-A??????:??????????",
              "??-?C?????:??????????",
              "??-??T????:??????????",
              "??-???I???:??????????",
              "??-????O??:??????????",
              "??-?????N?:??????????",
              "??-??????S:??????????",
              "??-???????:R?????????",
              "??-???????:?E????????",
              "??-???????:??P???????",
              "??-???????:???O??????",
              "??-???????:????S?????",
              "??-???????:?????I????",
              "??-???????:??????T???",
              "??-???????:???????O??",
              "??-???????:????????R?",
              "??-???????:?????????Y",
            ]
          }
        }
      },
      {
        Sid    = "EndPooled"
        Effect = "Allow"
        Action = [
          "ec2:TerminateInstances",
          "ec2:GetConsoleOutput",
        ]
        Resource = ["arn:${local.partition}:ec2:*:${local.account}:instance/*"]
        Condition = {
          StringLike = {
            "aws:ResourceTag/ci-actions:repository" = "${var.owner}/${var.repository}"
            "aws:ResourceTag/ci-actions:pool"       = "*"
          }
        }
      },
    ]
  }

  volumes = {
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "Look"
        Effect = "Allow"
        Action = [
          "ec2:DescribeSnapshots",
          "ec2:DescribeVolumes",
        ]
        Resource = ["*"]
      },
      {
        Sid      = "CreateMarkedVolumes"
        Effect   = "Allow"
        Action   = ["ec2:CreateVolume"]
        Resource = ["arn:${local.partition}:ec2:*:${local.account}:volume/*"]
        Condition = {
          StringLike = {
            "aws:RequestTag/ci-actions:repository" = "${var.owner}/${var.repository}"
            "aws:RequestedRegion"                  = local.regions
          }
          "ForAnyValue:StringEquals" = {
            "aws:TagKeys" = "ci-actions:repository"
          }
          Null = {
            "aws:RequestTag/ci-actions:volume" = "false"
          }
          Bool = {
            "ec2:Encrypted" = "true"
          }
        }
      },
      {
        Sid    = "UseOwnSnapshots"
        Effect = "Allow"
        Action = [
          "ec2:CreateVolume",
          "ec2:RunInstances",
        ]
        Resource = ["arn:${local.partition}:ec2:*::snapshot/*"]
        Condition = {
          StringLike = {
            "aws:ResourceTag/ci-actions:repository" = "${var.owner}/${var.repository}"
            "aws:ResourceTag/ci-actions:volume"     = "*"
            "aws:RequestedRegion"                   = local.regions
          }
        }
      },
      {
        Sid      = "SnapshotOwn"
        Effect   = "Allow"
        Action   = ["ec2:CreateSnapshot"]
        Resource = ["arn:${local.partition}:ec2:*:${local.account}:volume/*"]
        Condition = {
          StringLike = {
            "aws:ResourceTag/ci-actions:repository" = "${var.owner}/${var.repository}"
            "aws:ResourceTag/ci-actions:volume"     = "*"
          }
        }
      },
      {
        Sid      = "CreateMarkedSnapshots"
        Effect   = "Allow"
        Action   = ["ec2:CreateSnapshot"]
        Resource = ["arn:${local.partition}:ec2:*::snapshot/*"]
        Condition = {
          StringLike = {
            "aws:RequestTag/ci-actions:repository" = "${var.owner}/${var.repository}"
          }
          "ForAnyValue:StringEquals" = {
            "aws:TagKeys" = "ci-actions:repository"
          }
          Null = {
            "aws:RequestTag/ci-actions:volume" = "false"
          }
        }
      },
      {
        Sid    = "MarkVolumesAtCreation"
        Effect = "Allow"
        Action = ["ec2:CreateTags"]
        Resource = [
          "arn:${local.partition}:ec2:*:${local.account}:volume/*",
          "arn:${local.partition}:ec2:*::snapshot/*",
        ]
        Condition = {
          StringLike = {
            "aws:RequestTag/ci-actions:repository" = "${var.owner}/${var.repository}"
          }
          "ForAnyValue:StringEquals" = {
            "aws:TagKeys" = "ci-actions:repository"
          }
          Null = {
            "aws:RequestTag/ci-actions:volume" = "false"
          }
          StringEquals = {
            "ec2:CreateAction" = [
              "CreateVolume",
              "CreateSnapshot",
            ]
          }
        }
      },
      {
        Sid    = "AttachOwnVolumes"
        Effect = "Allow"
        Action = [
          "ec2:AttachVolume",
          "ec2:DetachVolume",
        ]
        Resource = ["arn:${local.partition}:ec2:*:${local.account}:volume/*"]
        Condition = {
          StringLike = {
            "aws:ResourceTag/ci-actions:repository" = "${var.owner}/${var.repository}"
            "aws:ResourceTag/ci-actions:volume"     = "*"
          }
        }
      },
      {
        Sid    = "AttachToOwnMachines"
        Effect = "Allow"
        Action = [
          "ec2:AttachVolume",
          "ec2:DetachVolume",
        ]
        Resource = ["arn:${local.partition}:ec2:*:${local.account}:instance/*"]
        Condition = {
          StringLike = {
            "aws:ResourceTag/ci-actions:repository" = "${var.owner}/${var.repository}"
          }
        }
      },
      {
        Sid    = "DeleteOwnData"
        Effect = "Allow"
        Action = [
          "ec2:DeleteVolume",
          "ec2:DeleteSnapshot",
        ]
        Resource = [
          "arn:${local.partition}:ec2:*:${local.account}:volume/*",
          "arn:${local.partition}:ec2:*::snapshot/*",
        ]
        Condition = {
          StringLike = {
            "aws:ResourceTag/ci-actions:repository" = "${var.owner}/${var.repository}"
            "aws:ResourceTag/ci-actions:volume"     = "*"
          }
        }
      },
      {
        Sid      = "RenewKept"
        Effect   = "Allow"
        Action   = ["ec2:CreateTags"]
        Resource = ["arn:${local.partition}:ec2:*:${local.account}:volume/*"]
        Condition = {
          StringLike = {
            "aws:ResourceTag/ci-actions:repository" = "${var.owner}/${var.repository}"
            "aws:ResourceTag/ci-actions:volume"     = "*"
          }
          "ForAllValues:StringEquals" = {
            "aws:TagKeys" = "ci-actions:keep-until"
          }
          Null = {
            "aws:TagKeys" = "false"
          }
        }
      },
    ]
  }

  reap = {
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "Look"
        Effect = "Allow"
        Action = [
          "ec2:DescribeInstances",
          "ec2:DescribeRegions",
          "ec2:DescribeSnapshots",
          "ec2:DescribeSpotInstanceRequests",
          "ec2:DescribeVolumes",
        ]
        Resource = ["*"]
      },
      {
        Sid    = "RemoveOwn"
        Effect = "Allow"
        Action = [
          "ec2:TerminateInstances",
          "ec2:DeleteVolume",
          "ec2:CancelSpotInstanceRequests",
        ]
        Resource = [
          "arn:${local.partition}:ec2:*:${local.account}:instance/*",
          "arn:${local.partition}:ec2:*:${local.account}:volume/*",
          "arn:${local.partition}:ec2:*:${local.account}:spot-instances-request/*",
        ]
        Condition = {
          StringLike = {
            "aws:ResourceTag/ci-actions:repository" = "${var.owner}/${var.repository}"
          }
        }
      },
      {
        Sid      = "RemoveOwnSnapshots"
        Effect   = "Allow"
        Action   = ["ec2:DeleteSnapshot"]
        Resource = ["arn:${local.partition}:ec2:*::snapshot/*"]
        Condition = {
          StringLike = {
            "aws:ResourceTag/ci-actions:repository" = "${var.owner}/${var.repository}"
            "aws:ResourceTag/ci-actions:volume"     = "*"
          }
        }
      },
    ]
  }

  keep_failed = {
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "MarkKept"
        Effect   = "Allow"
        Action   = ["ec2:CreateTags"]
        Resource = ["arn:${local.partition}:ec2:*:${local.account}:instance/*"]
        Condition = {
          StringLike = {
            "aws:ResourceTag/ci-actions:repository" = "${var.owner}/${var.repository}"
          }
          Null = {
            "aws:RequestTag/ci-actions:keep-until" = "false"
          }
          "ForAllValues:StringEquals" = {
            "aws:TagKeys" = ["ci-actions:keep-until"]
          }
        }
      },
    ]
  }

  session_host = {
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "TakeSessions"
        Effect = "Allow"
        Action = [
          "ssm:UpdateInstanceInformation",
          "ssmmessages:CreateControlChannel",
          "ssmmessages:CreateDataChannel",
          "ssmmessages:OpenControlChannel",
          "ssmmessages:OpenDataChannel",
        ]
        Resource = ["*"]
      },
    ]
  }

  session_user = {
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "OpenShell"
        Effect   = "Allow"
        Action   = ["ssm:StartSession"]
        Resource = ["arn:${local.partition}:ec2:*:${local.account}:instance/*"]
        Condition = {
          StringLike = {
            "ssm:resourceTag/ci-actions:repository" = "${var.owner}/${var.repository}"
          }
        }
      },
      {
        Sid      = "OnlyAShell"
        Effect   = "Allow"
        Action   = ["ssm:StartSession"]
        Resource = ["arn:${local.partition}:ssm:*:${local.account}:document/SSM-SessionManagerRunShell"]
      },
      {
        Sid    = "EndOwnSessions"
        Effect = "Allow"
        Action = [
          "ssm:TerminateSession",
          "ssm:ResumeSession",
        ]
        Resource = ["arn:${local.partition}:ssm:*:${local.account}:session/$${aws:userid}-*"]
      },
      {
        Sid      = "EndMachines"
        Effect   = "Allow"
        Action   = ["ec2:TerminateInstances"]
        Resource = ["arn:${local.partition}:ec2:*:${local.account}:instance/*"]
        Condition = {
          StringLike = {
            "aws:ResourceTag/ci-actions:repository" = "${var.owner}/${var.repository}"
          }
        }
      },
    ]
  }

  export = {
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "LookAtBucket"
        Effect = "Allow"
        Action = [
          "s3:GetBucketAcl",
          "s3:GetBucketPolicyStatus",
          "s3:GetBucketPublicAccessBlock",
          "s3:ListBucketMultipartUploads",
        ]
        Resource = ["arn:${local.partition}:s3:::${var.export_bucket}"]
      },
      {
        Sid      = "ListOwnPrefix"
        Effect   = "Allow"
        Action   = ["s3:ListBucket"]
        Resource = ["arn:${local.partition}:s3:::${var.export_bucket}"]
        Condition = {
          StringLike = {
            "s3:prefix" = "${var.export_prefix}/*"
          }
        }
      },
      {
        Sid    = "WriteOwnPrefix"
        Effect = "Allow"
        Action = [
          "s3:PutObject",
          "s3:GetObject",
          "s3:ListMultipartUploadParts",
          "s3:AbortMultipartUpload",
        ]
        Resource = ["arn:${local.partition}:s3:::${var.export_bucket}/${var.export_prefix}/*"]
      },
    ]
  }

  history = {
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "LookForHistory"
        Effect   = "Allow"
        Action   = ["s3:ListBucket"]
        Resource = ["arn:${local.partition}:s3:::${var.history_bucket}"]
        Condition = {
          StringEquals = {
            "s3:prefix" = "${var.history_key}"
          }
        }
      },
      {
        Sid    = "KeepHistory"
        Effect = "Allow"
        Action = [
          "s3:GetObject",
          "s3:PutObject",
        ]
        Resource = ["arn:${local.partition}:s3:::${var.history_bucket}/${var.history_key}"]
      },
    ]
  }

  trust = {
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "WorkflowsOfThisRepository"
        Effect = "Allow"
        Principal = {
          Federated = local.oidc_provider_arn
        }
        Action = ["sts:AssumeRoleWithWebIdentity"]
        Condition = {
          StringEquals = {
            "token.actions.githubusercontent.com:aud" = "sts.amazonaws.com"
          }
          StringLike = {
            "token.actions.githubusercontent.com:sub" = compact([
              "repo:${var.owner}/${var.repository}:${var.subject}",
              local.knows_ids ? "repo:${var.owner}@${var.owner_id}/${var.repository}@${var.repository_id}:${var.subject}" : "",
            ])
          }
        }
      },
    ]
  }
}

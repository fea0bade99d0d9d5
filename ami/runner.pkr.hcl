# One template for the three images. `npm run ami -- build` finds the base image and passes the values.

packer {
  required_version = ">= 1.9.0"
  required_plugins {
    amazon = {
      source  = "github.com/hashicorp/amazon"
      version = "~> 1.3"
    }
  }
}

variable "preset" {
  type        = string
  description = "Which image: amd64, arm64 or cuda."
}

variable "name" {
  type        = string
  description = "The name of the image, and of the build's machine, so that leftovers of a build are found by name."
}

variable "region" {
  type = string
}

variable "source_image" {
  type        = string
  description = "The base image's id; `npm run ami -- build` reads it from Canonical's SSM parameter."
}

variable "instance_type" {
  type = string
}

variable "volume_gib" {
  type        = number
  description = "Size of the root volume. start-runner can make it larger, never smaller."
}

variable "runner_version" {
  type        = string
  description = "The runner version of versions.json."
}

variable "built_at" {
  type        = string
  description = "Time of the build in UTC, such as 2026-11-25T01:02:03Z."
}

variable "commit" {
  type        = string
  description = "The commit of this repository."
}

variable "manifest" {
  type        = string
  description = "The file to which Packer writes the id of the finished image."
}

variable "ssh_interface" {
  type        = string
  default     = "session_manager"
  description = "How Packer connects to the machine: session_manager (no open port), public_ip or private_ip."
}

variable "ssh_from" {
  type        = list(string)
  default     = []
  description = "CIDR ranges that may connect to port 22. Unused with session_manager, which opens no port."
}

variable "ssh_host" {
  type        = string
  default     = ""
  description = "Another address of the machine than its own, such as a tunnel's."
}

variable "ssh_port" {
  type    = number
  default = 22
}

variable "ssh_username" {
  type    = string
  default = "ubuntu"
}

variable "instance_profile" {
  type        = string
  default     = ""
  description = "The instance profile for Session Manager. It is not part of the image."
}

variable "subnet" {
  type        = string
  default     = ""
  description = "The subnet of the build's machine. Empty: the default network."
}

variable "ec2_endpoint" {
  type        = string
  default     = ""
  description = "Another EC2 endpoint than AWS's, for tests."
}

variable "environment" {
  type        = list(string)
  default     = []
  description = "NAME=VALUE variables for provision/, such as another package source."
}

locals {
  # The build's role requires the preset's tag on everything that it creates: see iam/ami-build.ts.
  tags = {
    "Name"                      = var.name
    "ci-actions:preset"         = var.preset
    "ci-actions:runner-version" = var.runner_version
    "ci-actions:built-at"       = var.built_at
    "ci-actions:source-image"   = var.source_image
    "ci-actions:commit"         = var.commit
  }
  upload = "/tmp/ci-actions-ami"
}

source "amazon-ebs" "runner" {
  region              = var.region
  source_ami          = var.source_image
  instance_type       = var.instance_type
  subnet_id           = var.subnet
  custom_endpoint_ec2 = var.ec2_endpoint

  ami_name        = var.name
  tags            = local.tags
  snapshot_tags   = local.tags
  run_tags        = local.tags
  run_volume_tags = local.tags

  # The account's default decides about encryption.
  launch_block_device_mappings {
    device_name           = "/dev/sda1"
    volume_size           = var.volume_gib
    volume_type           = "gp3"
    iops                  = 3000
    throughput            = 125
    delete_on_termination = true
  }

  # The machine shuts itself down after 3 hours (user_data), even if this process is gone.
  shutdown_behavior = "terminate"

  # Four hours for the image and its snapshot. Packer's own default is half an hour, which a large image takes.
  aws_polling {
    delay_seconds = 5
    max_attempts  = 2880
  }
  user_data = "#!/bin/sh\nshutdown -P +180\n"

  metadata_options {
    http_endpoint               = "enabled"
    http_tokens                 = "required"
    http_put_response_hop_limit = 1
  }

  iam_instance_profile                  = var.instance_profile
  communicator                          = "ssh"
  ssh_interface                         = var.ssh_interface
  ssh_host                              = var.ssh_host
  ssh_port                              = var.ssh_port
  ssh_username                          = var.ssh_username
  ssh_timeout                           = "10m"
  temporary_security_group_source_cidrs = var.ssh_from
}

build {
  sources = ["source.amazon-ebs.runner"]

  # The base image's cloud-init holds apt's lock for half a minute. Its exit code 2 is only a warning.
  provisioner "shell" {
    inline = [
      "if [ -d /run/cloud-init ]; then timeout 300 cloud-init status --wait || [ $? -eq 2 ]; fi",
      "rm -rf ${local.upload} && mkdir ${local.upload}",
    ]
  }

  provisioner "file" {
    sources     = ["${path.root}/provision", "${path.root}/boot", "${path.root}/versions.json"]
    destination = "${local.upload}/"
  }

  provisioner "shell" {
    inline = [
      "sudo env ${join(" ", formatlist("'%s'", var.environment))} bash ${local.upload}/provision/all.sh ${var.preset}",
      "sudo rm -rf ${local.upload}",
    ]
  }

  post-processor "manifest" {
    output     = var.manifest
    strip_path = true
  }
}

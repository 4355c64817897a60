variable "version" { default = 5 }
variable "create_bucket" { default = true }
variable "is_directory_bucket" { default = false }
variable "bucket" { default = null }
variable "bucket_prefix" { default = null }
variable "force_destroy" { default = false }
variable "versioning" { default = {} }
variable "replication_configuration" { default = {} }
variable "attach_public_policy" { default = true }
variable "block_public_acls" { default = true }
variable "block_public_policy" { default = true }
variable "ignore_public_acls" { default = true }
variable "restrict_public_buckets" { default = true }
variable "attach_policy" { default = false }
variable "policy" { default = null }
variable "attach_access_log_delivery_policy" { default = false }
variable "access_log_delivery_policy_source_accounts" { default = [] }
variable "access_log_delivery_policy_source_buckets" { default = [] }
variable "access_log_delivery_policy_source_organizations" { default = [] }
variable "attach_analytics_destination_policy" { default = false }
variable "analytics_self_source_destination" { default = false }
variable "analytics_source_bucket_arn" { default = null }
variable "attach_cloudtrail_log_delivery_policy" { default = false }
variable "attach_elb_log_delivery_policy" { default = false }
variable "attach_inventory_destination_policy" { default = false }
variable "inventory_self_source_destination" { default = false }
variable "inventory_source_bucket_arn" { default = null }
variable "attach_lb_log_delivery_policy" { default = false }
variable "lb_log_delivery_policy_source_organizations" { default = [] }
variable "attach_waf_log_delivery_policy" { default = false }
variable "attach_deny_incorrect_encryption_headers" { default = false }
variable "attach_deny_incorrect_kms_key_sse" { default = false }
variable "attach_deny_insecure_transport_policy" { default = false }
variable "attach_deny_ssec_encrypted_object_uploads" { default = false }
variable "attach_deny_unencrypted_object_uploads" { default = false }
variable "attach_require_latest_tls_policy" { default = false }
variable "tags" { default = {} }

# Nothing that is read is made of these.
variable "acceleration_status" {}
variable "acl" {}
variable "allowed_kms_key_arn" {}
variable "analytics_configuration" {}
variable "analytics_source_account_id" {}
variable "availability_zone_id" {}
variable "bucket_namespace" {}
variable "control_object_ownership" {}
variable "cors_rule" {}
variable "create_metadata_configuration" {}
variable "data_redundancy" {}
variable "expected_bucket_owner" {}
variable "grant" {}
variable "intelligent_tiering" {}
variable "inventory_configuration" {}
variable "inventory_source_account_id" {}
variable "lifecycle_rule" {}
variable "location_type" {}
variable "logging" {}
variable "metadata_encryption_configuration" {}
variable "metadata_inventory_table_configuration_state" {}
variable "metadata_journal_table_record_expiration" {}
variable "metadata_journal_table_record_expiration_days" {}
variable "metric_configuration" {}
variable "object_lock_configuration" {}
variable "object_lock_enabled" {}
variable "object_ownership" {}
variable "owner" {}
variable "region" {}
variable "request_payer" {}
variable "server_side_encryption_configuration" {}
variable "skip_destroy_public_access_block" {}
variable "transition_default_minimum_object_size" {}
variable "type" {}
variable "website" {}

locals {
  made   = var.create_bucket && !var.is_directory_bucket
  arn    = one(aws_s3_bucket.this[*].arn)
  denies = var.attach_deny_incorrect_encryption_headers || var.attach_deny_incorrect_kms_key_sse || var.attach_deny_insecure_transport_policy || var.attach_deny_ssec_encrypted_object_uploads || var.attach_deny_unencrypted_object_uploads || var.attach_require_latest_tls_policy
  acl    = [{ test = "StringEquals", variable = "s3:x-amz-acl", values = ["bucket-owner-full-control"] }]

  # Whom the policy that the module writes lets in. What it denies is left out.
  deliveries = [
    { on = var.attach_elb_log_delivery_policy && var.version > 2, service = "logdelivery.elasticloadbalancing", actions = ["s3:PutObject"], condition = [] },
    { on = var.attach_lb_log_delivery_policy, service = "delivery.logs", actions = ["s3:PutObject"], condition = concat(local.acl, local.orgs) },
    { on = var.attach_lb_log_delivery_policy, service = "delivery.logs", actions = var.version > 2 ? ["s3:GetBucketAcl", "s3:ListBucket"] : ["s3:GetBucketAcl"], condition = local.orgs },
    {
      on = var.attach_access_log_delivery_policy, service = "logging.s3", actions = ["s3:PutObject"]
      condition = [for k, values in {
        "aws:SourceArn"     = var.access_log_delivery_policy_source_buckets
        "aws:SourceAccount" = var.access_log_delivery_policy_source_accounts
        "aws:ResourceOrgID" = var.access_log_delivery_policy_source_organizations
      } : { test = "ForAnyValue:StringEquals", variable = k, values = values } if length(values) > 0]
    },
    {
      on        = var.attach_access_log_delivery_policy, service = "logging.s3", actions = ["s3:GetBucketAcl"]
      condition = [for id in var.access_log_delivery_policy_source_organizations : { test = "StringEquals", variable = "aws:ResourceOrgID", values = [id] }]
    },
    { on = var.attach_waf_log_delivery_policy, service = "delivery.logs", actions = ["s3:PutObject"], condition = concat(local.acl, local.logs) },
    { on = var.attach_waf_log_delivery_policy, service = "delivery.logs", actions = ["s3:GetBucketAcl"], condition = local.logs },
    { on = var.attach_cloudtrail_log_delivery_policy, service = "cloudtrail", actions = ["s3:GetBucketAcl"], condition = [] },
    { on = var.attach_cloudtrail_log_delivery_policy, service = "cloudtrail", actions = ["s3:PutObject"], condition = local.acl },
    {
      on = var.attach_inventory_destination_policy || var.attach_analytics_destination_policy, service = "s3", actions = ["s3:PutObject"]
      condition = concat(local.acl, [{
        test = "ArnLike", variable = "aws:SourceArn"
        values = compact([
          var.inventory_self_source_destination ? local.arn : var.inventory_source_bucket_arn,
          var.analytics_self_source_destination ? local.arn : var.analytics_source_bucket_arn,
        ])
      }])
    },
  ]
  orgs = [for id in var.lb_log_delivery_policy_source_organizations : { test = "StringEquals", variable = "aws:ResourceOrgID", values = [id] }]
  logs = [{ test = "ArnLike", variable = "aws:SourceArn", values = ["arn:aws:logs:${var.version == 4 ? data.aws_region.current.name : "*"}:${data.aws_caller_identity.current.id}:*"] }]
}

data "aws_caller_identity" "current" {}
data "aws_region" "current" {}
data "aws_elb_service_account" "this" {}

resource "aws_s3_bucket" "this" {
  count         = local.made ? 1 : 0
  bucket        = var.bucket
  bucket_prefix = var.bucket_prefix
  force_destroy = var.force_destroy
  tags          = var.tags
}

resource "aws_s3_directory_bucket" "this" {
  count  = var.create_bucket && var.is_directory_bucket ? 1 : 0
  bucket = var.bucket
}

module "policy" {
  source = "../policy"
  statements = concat(
    var.attach_elb_log_delivery_policy ? [{ actions = ["s3:PutObject"], resources = [local.arn], principals = [{ type = "AWS", identifiers = [data.aws_elb_service_account.this.arn] }] }] : [],
    [for d in local.deliveries : merge(d, { resources = [local.arn], principals = [{ type = "Service", identifiers = ["${d.service}.amazonaws.com"] }] }) if d.on],
  )
  source_documents = var.attach_policy ? [var.policy] : []
}

resource "aws_s3_bucket_policy" "this" {
  count  = var.create_bucket && (local.denies || var.attach_policy || anytrue(local.deliveries[*].on)) ? 1 : 0
  bucket = try(aws_s3_bucket.this[0].id, aws_s3_directory_bucket.this[0].bucket)
  policy = replace(replace(replace(module.policy.json, "_S3_BUCKET_ID_", try(aws_s3_bucket.this[0].id, "")), "_S3_BUCKET_ARN_", try(local.arn, "")), "_AWS_ACCOUNT_ID_", data.aws_caller_identity.current.account_id)
}

resource "aws_s3_bucket_versioning" "this" {
  count  = local.made && length(keys(var.versioning)) > 0 ? 1 : 0
  bucket = aws_s3_bucket.this[0].id
  versioning_configuration {
    status = try(var.versioning.enabled ? "Enabled" : "Suspended", tobool(var.versioning.status) ? "Enabled" : "Suspended", title(lower(var.versioning.status)), "Enabled")
  }
}

resource "aws_s3_bucket_replication_configuration" "this" {
  count  = local.made && length(keys(var.replication_configuration)) > 0 ? 1 : 0
  bucket = aws_s3_bucket.this[0].id
  role   = var.replication_configuration.role
  dynamic "rule" {
    for_each = flatten(try([var.replication_configuration.rule], [var.replication_configuration.rules], []))
    content {
      id     = try(rule.value.id, null)
      status = try(tobool(rule.value.status), true) ? "Enabled" : "Disabled"
      dynamic "destination" {
        for_each = try(flatten([rule.value.destination]), [])
        content {
          bucket        = destination.value.bucket
          storage_class = try(destination.value.storage_class, null)
        }
      }
    }
  }
}

resource "aws_s3_bucket_public_access_block" "this" {
  count                   = local.made && var.attach_public_policy ? 1 : 0
  bucket                  = aws_s3_bucket.this[0].id
  block_public_acls       = var.block_public_acls
  block_public_policy     = var.block_public_policy
  ignore_public_acls      = var.ignore_public_acls
  restrict_public_buckets = var.restrict_public_buckets
}

output "s3_bucket_id" { value = try(aws_s3_bucket.this[0].id, aws_s3_directory_bucket.this[0].bucket, null) }
output "s3_bucket_arn" { value = one(aws_s3_bucket.this[*].arn) }
output "s3_bucket_bucket_domain_name" { value = one(aws_s3_bucket.this[*].bucket_domain_name) }
output "s3_bucket_bucket_regional_domain_name" { value = one(aws_s3_bucket.this[*].bucket_regional_domain_name) }
output "s3_bucket_hosted_zone_id" { value = one(aws_s3_bucket.this[*].hosted_zone_id) }
output "s3_bucket_region" { value = one(aws_s3_bucket.this[*].region) }
output "s3_bucket_policy" { value = one(aws_s3_bucket_policy.this[*].policy) }
output "s3_bucket_tags" { value = one(aws_s3_bucket.this[*].tags) }
output "s3_bucket_website_endpoint" { value = one(aws_s3_bucket.this[*].website_endpoint) }
output "s3_directory_bucket_name" { value = one(aws_s3_directory_bucket.this[*].bucket) }
output "s3_directory_bucket_arn" { value = one(aws_s3_directory_bucket.this[*].arn) }

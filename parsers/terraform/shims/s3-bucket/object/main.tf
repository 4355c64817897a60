# An object changes nothing of how the bucket is used.
variable "create" { default = true }
variable "bucket" { default = "" }
variable "key" { default = "" }
variable "region" {}
variable "file_source" {}
variable "content" {}
variable "content_base64" {}
variable "acl" {}
variable "cache_control" {}
variable "content_disposition" {}
variable "content_encoding" {}
variable "content_language" {}
variable "content_type" {}
variable "website_redirect" {}
variable "storage_class" {}
variable "etag" {}
variable "server_side_encryption" {}
variable "kms_key_id" {}
variable "bucket_key_enabled" {}
variable "metadata" {}
variable "tags" {}
variable "force_destroy" {}
variable "object_lock_legal_hold_status" {}
variable "object_lock_mode" {}
variable "object_lock_retain_until_date" {}
variable "source_hash" {}
variable "override_default_tags" {}

resource "aws_s3_object" "this" {
  count  = var.create ? 1 : 0
  bucket = var.bucket
  key    = var.key
}

output "s3_object_id" { value = one(aws_s3_object.this[*].id) }
output "s3_object_etag" { value = one(aws_s3_object.this[*].etag) }
output "s3_object_version_id" { value = one(aws_s3_object.this[*].version_id) }

variable "version" { default = 5 }
variable "create_table" { default = true }
variable "name" { default = null }
variable "hash_key" { default = null }
variable "range_key" { default = null }
variable "attributes" { default = [] }
variable "billing_mode" { default = "PAY_PER_REQUEST" }
variable "read_capacity" { default = null }
variable "write_capacity" { default = null }
variable "table_class" { default = null }
variable "stream_enabled" { default = false }
variable "stream_view_type" { default = null }
variable "ttl_enabled" { default = false }
variable "ttl_attribute_name" { default = "" }
variable "point_in_time_recovery_enabled" { default = false }
variable "server_side_encryption_enabled" { default = false }
variable "server_side_encryption_kms_key_arn" { default = null }
variable "deletion_protection_enabled" { default = null }
variable "global_secondary_indexes" { default = [] }
variable "local_secondary_indexes" { default = [] }
variable "replica_regions" { default = [] }
variable "import_table" { default = {} }
variable "resource_policy" { default = null }
variable "autoscaling_enabled" { default = false }
variable "autoscaling_read" { default = {} }
variable "autoscaling_write" { default = {} }
variable "autoscaling_indexes" { default = {} }
variable "ignore_changes_global_secondary_index" { default = false }
variable "tags" { default = {} }

# Nothing that is read is made of these.
variable "autoscaling_defaults" {}
variable "global_table_witness" {}
variable "on_demand_throughput" {}
variable "warm_throughput" {}
variable "point_in_time_recovery_period_in_days" {}
variable "region" {}
variable "restore_date_time" {}
variable "restore_source_name" {}
variable "restore_source_table_arn" {}
variable "restore_to_latest_time" {}
variable "timeouts" {}

locals {
  scaled = var.create_table && var.autoscaling_enabled
}

# With autoscaling the module gives the table another name, to leave its capacity alone.
resource "aws_dynamodb_table" "this" {
  count                       = var.create_table ? 1 : 0
  name                        = var.name
  hash_key                    = var.hash_key
  range_key                   = var.range_key
  billing_mode                = var.billing_mode
  read_capacity               = var.read_capacity
  write_capacity              = var.write_capacity
  table_class                 = var.table_class
  stream_enabled              = var.stream_enabled
  stream_view_type            = var.stream_view_type
  deletion_protection_enabled = var.deletion_protection_enabled
  tags                        = merge(var.tags, { Name = var.name })
  ttl {
    enabled        = var.ttl_enabled
    attribute_name = var.ttl_attribute_name
  }
  point_in_time_recovery {
    enabled = var.point_in_time_recovery_enabled
  }
  server_side_encryption {
    enabled     = var.server_side_encryption_enabled
    kms_key_arn = var.server_side_encryption_kms_key_arn
  }
  dynamic "attribute" {
    for_each = var.attributes
    content {
      name = attribute.value.name
      type = attribute.value.type
    }
  }
  dynamic "global_secondary_index" {
    for_each = var.global_secondary_indexes
    content {
      name               = global_secondary_index.value.name
      hash_key           = global_secondary_index.value.hash_key
      range_key          = try(global_secondary_index.value.range_key, null)
      projection_type    = global_secondary_index.value.projection_type
      non_key_attributes = try(global_secondary_index.value.non_key_attributes, null)
      read_capacity      = try(global_secondary_index.value.read_capacity, null)
      write_capacity     = try(global_secondary_index.value.write_capacity, null)
    }
  }
  dynamic "local_secondary_index" {
    for_each = var.local_secondary_indexes
    content {
      name               = local_secondary_index.value.name
      range_key          = local_secondary_index.value.range_key
      projection_type    = local_secondary_index.value.projection_type
      non_key_attributes = try(local_secondary_index.value.non_key_attributes, null)
    }
  }
  dynamic "replica" {
    for_each = var.replica_regions
    content {
      region_name            = replica.value.region_name
      kms_key_arn            = try(replica.value.kms_key_arn, null)
      point_in_time_recovery = try(replica.value.point_in_time_recovery, null)
    }
  }
  dynamic "import_table" {
    for_each = length(var.import_table) > 0 ? [var.import_table] : []
    content {
      input_format = import_table.value.input_format
      s3_bucket_source {
        bucket     = import_table.value.bucket
        key_prefix = try(import_table.value.key_prefix, null)
      }
    }
  }
}

resource "aws_appautoscaling_target" "table_read" {
  count              = local.scaled && length(var.autoscaling_read) > 0 ? 1 : 0
  min_capacity       = var.read_capacity
  max_capacity       = var.autoscaling_read.max_capacity
  resource_id        = "table/${aws_dynamodb_table.this[0].name}"
  scalable_dimension = "dynamodb:table:ReadCapacityUnits"
  service_namespace  = "dynamodb"
}

resource "aws_appautoscaling_target" "table_write" {
  count              = local.scaled && length(var.autoscaling_write) > 0 ? 1 : 0
  min_capacity       = var.write_capacity
  max_capacity       = var.autoscaling_write.max_capacity
  resource_id        = "table/${aws_dynamodb_table.this[0].name}"
  scalable_dimension = "dynamodb:table:WriteCapacityUnits"
  service_namespace  = "dynamodb"
}

resource "aws_appautoscaling_target" "index_read" {
  for_each           = local.scaled ? var.autoscaling_indexes : {}
  min_capacity       = each.value.read_min_capacity
  max_capacity       = each.value.read_max_capacity
  resource_id        = "table/${aws_dynamodb_table.this[0].name}/index/${each.key}"
  scalable_dimension = "dynamodb:index:ReadCapacityUnits"
  service_namespace  = "dynamodb"
}

resource "aws_appautoscaling_target" "index_write" {
  for_each           = local.scaled ? var.autoscaling_indexes : {}
  min_capacity       = each.value.write_min_capacity
  max_capacity       = each.value.write_max_capacity
  resource_id        = "table/${aws_dynamodb_table.this[0].name}/index/${each.key}"
  scalable_dimension = "dynamodb:index:WriteCapacityUnits"
  service_namespace  = "dynamodb"
}

resource "aws_dynamodb_resource_policy" "this" {
  count        = var.create_table && var.resource_policy != null ? 1 : 0
  resource_arn = aws_dynamodb_table.this[0].arn
  policy       = replace(var.resource_policy, "__DYNAMODB_TABLE_ARN__", aws_dynamodb_table.this[0].arn)
}

output "dynamodb_table_arn" { value = one(aws_dynamodb_table.this[*].arn) }
output "dynamodb_table_id" { value = one(aws_dynamodb_table.this[*].id) }
output "dynamodb_table_stream_arn" { value = var.stream_enabled || var.version >= 5 ? one(aws_dynamodb_table.this[*].stream_arn) : null }
output "dynamodb_table_stream_label" { value = var.stream_enabled || var.version >= 5 ? one(aws_dynamodb_table.this[*].stream_label) : null }

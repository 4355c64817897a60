# A policy document from statements as the modules take them; other shims call it.
variable "statements" {
  default  = {}
  nullable = false
}
variable "resources" { default = null } # of a statement that names none
variable "condition_keys" { default = ["condition"] }
variable "source_documents" { default = [] }
variable "override_documents" { default = [] }

data "aws_iam_policy_document" "this" {
  source_policy_documents   = var.source_documents
  override_policy_documents = var.override_documents

  dynamic "statement" {
    for_each = var.statements
    content {
      sid           = try(statement.value.sid, null)
      effect        = try(statement.value.effect, null)
      actions       = try(statement.value.actions, null)
      not_actions   = try(statement.value.not_actions, null)
      resources     = try(coalesce(statement.value.resources), var.resources)
      not_resources = try(statement.value.not_resources, null)
      dynamic "principals" {
        for_each = try(statement.value.principals, [])
        content {
          type        = principals.value.type
          identifiers = principals.value.identifiers
        }
      }
      dynamic "not_principals" {
        for_each = try(statement.value.not_principals, [])
        content {
          type        = not_principals.value.type
          identifiers = not_principals.value.identifiers
        }
      }
      dynamic "condition" {
        for_each = flatten([for key in var.condition_keys : try(statement.value[key], [])])
        content {
          test     = condition.value.test
          variable = condition.value.variable
          values   = condition.value.values
        }
      }
    }
  }
}

output "json" { value = data.aws_iam_policy_document.this.json }


# An argument is handed on from one resource to the next.
resource "aws_api_gateway_rest_api" "chained" {
  name = "chained"
}

resource "aws_api_gateway_resource" "chained" {
  for_each    = toset(["a", "b"])
  rest_api_id = aws_api_gateway_rest_api.chained.id
  parent_id   = aws_api_gateway_rest_api.chained.root_resource_id
  path_part   = each.key
}

resource "aws_api_gateway_method" "chained" {
  for_each      = aws_api_gateway_resource.chained
  rest_api_id   = each.value.rest_api_id
  resource_id   = each.value.id
  http_method   = "GET"
  authorization = "NONE"
}

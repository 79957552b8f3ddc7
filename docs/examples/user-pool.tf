# A user pool with a domain and an app client for one site behind mod_auth_cognito.

variable "site" {
  type        = string
  description = "Host of the site as people type it, with the port if it is not 443: app.example.com"
}

variable "domain_prefix" {
  type        = string
  description = "Begins the address of the sign-in page; nobody else in the region may have it"
}

resource "aws_cognito_user_pool" "users" {
  name                     = var.site
  username_attributes      = ["email"]
  auto_verified_attributes = ["email"]
  deletion_protection      = "ACTIVE"

  admin_create_user_config {
    allow_admin_create_user_only = true
  }
}

resource "aws_cognito_user_pool_domain" "users" {
  domain       = var.domain_prefix
  user_pool_id = aws_cognito_user_pool.users.id
}

resource "aws_cognito_user_pool_client" "site" {
  name                                 = var.site
  user_pool_id                         = aws_cognito_user_pool.users.id
  generate_secret                      = true
  supported_identity_providers         = ["COGNITO"]
  allowed_oauth_flows_user_pool_client = true
  allowed_oauth_flows                  = ["code"]
  allowed_oauth_scopes                 = ["openid", "email", "profile"]
  callback_urls                        = ["https://${var.site}/.cognito/callback"]
  logout_urls                          = ["https://${var.site}/.cognito/signed-out"]
  prevent_user_existence_errors        = "ENABLED"
  enable_token_revocation              = true
}

output "CognitoUserPool" {
  value = aws_cognito_user_pool.users.id
}

output "CognitoClientID" {
  value = aws_cognito_user_pool_client.site.id
}

output "client_secret" {
  value     = aws_cognito_user_pool_client.site.client_secret
  sensitive = true
}

"""A local AWS Cognito user pool: hosted UI, OAuth endpoints, JWKS, and a control API for tests."""

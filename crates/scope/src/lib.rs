//! Scopes, principals, roles, permissions and grants; decisions that explain themselves.

//! Why texts are refused.

atlas_base::parse_errors! {
    /// Why a text is no [`Scope`](crate::Scope).
    ParseScopeError;
    /// Why a text is no [`PrincipalId`](crate::PrincipalId).
    ParsePrincipalError;
    /// Why a text is no [`Permission`](crate::Permission).
    ParsePermissionError;
    /// Why a text is no [`Role`](crate::Role).
    ParseRoleError;
    /// Why a text is no [`AccountNumber`](crate::AccountNumber).
    ParseAccountNumberError;
    /// Why a text is no [`AccessKeyId`](crate::AccessKeyId).
    ParseAccessKeyIdError;
    /// Why a text is no [`SealedSecret`](crate::SealedSecret).
    ParseSealedSecretError;
}

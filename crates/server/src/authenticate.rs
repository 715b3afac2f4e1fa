//! Who asks.

use axum::http::{HeaderMap, HeaderValue, header, request::Parts};
use cloud_atlas::scope::{PrincipalId, Scope};
use core::fmt;

/// Says who sends a request. The host program decides: from a token, from a certificate that it
/// has verified, from a session of its own.
///
/// ```
/// use atlas_server::{Authenticate, Caller, NotAuthenticated};
/// use axum::http::request::Parts;
///
/// /// Believes a proxy that stands before this program and has verified who it is.
/// struct Proxy;
///
/// impl Authenticate for Proxy {
///     async fn authenticate(&self, head: &Parts) -> Result<Caller, NotAuthenticated> {
///         let said = head.headers.get("x-user").and_then(|it| it.to_str().ok());
///         let principal = said.and_then(|it| it.parse().ok());
///         let principal = principal.ok_or(NotAuthenticated::Unknown)?;
///         let scope = "/acme".parse().map_err(|_| NotAuthenticated::Unknown)?;
///         Ok(Caller::new(principal, scope))
///     }
/// }
/// ```
pub trait Authenticate: Send + Sync + 'static {
    /// Finds out who sends a request, from its head. It is asked once a request, before anything
    /// else is done.
    ///
    /// # Errors
    ///
    /// Nobody is known by what the head says, or who it is cannot be found out now.
    fn authenticate(
        &self,
        head: &Parts,
    ) -> impl Future<Output = Result<Caller, NotAuthenticated>> + Send;

    /// What a client that is not known is told in `WWW-Authenticate`.
    fn challenge(&self) -> HeaderValue {
        HeaderValue::from_static(r#"Bearer realm="disk images""#)
    }
}

/// Who asks, and from which scope.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Caller {
    /// Who it is.
    pub principal: PrincipalId,
    /// The scope that is looked from: what it sees is there, and nothing else.
    pub scope: Scope,
}

impl Caller {
    /// Somebody who looks from a scope.
    pub fn new(principal: PrincipalId, scope: Scope) -> Self {
        Self { principal, scope }
    }
}

/// Why it is not known who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NotAuthenticated {
    /// Nobody is known by what the request says.
    #[error("nobody is known by what the request says of who sends it")]
    Unknown,
    /// What knows cannot be asked now.
    #[error("who sends the request cannot be found out now")]
    Unavailable,
}

/// Callers by tokens that do not change (RFC 6750: `Authorization: Bearer TOKEN`).
///
/// A token is whoever has it, so the connection has to be private. Tokens are kept as digests, which
/// are compared in constant time; none is in `Debug`, in an error or in an answer.
#[derive(Clone)]
pub struct BearerTokens(Vec<(blake3::Hash, Caller)>);

/// Why a token is none. It is told by its number, from 1, and not shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BearerTokensError {
    /// It can be guessed.
    #[error(
        "token {number} has {found} characters, and at least {} are needed",
        BearerTokens::LEAST
    )]
    TooShort {
        /// Which one.
        number: usize,
        /// How many it has.
        found: usize,
    },
    /// It cannot be sent.
    #[error(
        "token {number} has a character that is no letter, no digit and none of `-._~+/`, or `=` before its end"
    )]
    Character {
        /// Which one.
        number: usize,
    },
    /// It is two callers.
    #[error("token {number} is the same as token {first}")]
    Repeated {
        /// Which one.
        number: usize,
        /// The one before.
        first: usize,
    },
}

impl BearerTokens {
    /// The fewest characters of a token (ours): 32, which are 128 random bits in hex.
    pub const LEAST: usize = 32;

    /// Callers, each with its token.
    ///
    /// # Errors
    ///
    /// A token is shorter than [`LEAST`](Self::LEAST), has a character that a header cannot carry, or
    /// is there twice.
    pub fn new<T: AsRef<str>>(
        tokens: impl IntoIterator<Item = (T, Caller)>,
    ) -> Result<Self, BearerTokensError> {
        let mut known: Vec<(blake3::Hash, Caller)> = Vec::new();
        for (number, (token, caller)) in (1..).zip(tokens) {
            let token = token.as_ref();
            if token.len() < Self::LEAST {
                let found = token.len();
                return Err(BearerTokensError::TooShort { number, found });
            }
            if !is_token(token.as_bytes()) {
                return Err(BearerTokensError::Character { number });
            }
            let digest = blake3::hash(token.as_bytes());
            if let Some(before) = known.iter().position(|(known, _)| *known == digest) {
                let first = before.saturating_add(1);
                return Err(BearerTokensError::Repeated { number, first });
            }
            known.push((digest, caller));
        }
        Ok(Self(known))
    }

    /// The caller of a token. Every token is compared, whichever it is: digests of blake3 are equal in
    /// constant time.
    fn find(&self, token: &[u8]) -> Option<&Caller> {
        let digest = blake3::hash(token);
        let compared = self.0.iter().map(|(known, caller)| {
            let is_it = *known == digest;
            is_it.then_some(caller)
        });
        compared.fold(None, Option::or)
    }
}

impl Authenticate for BearerTokens {
    async fn authenticate(&self, head: &Parts) -> Result<Caller, NotAuthenticated> {
        let token = presented(&head.headers).ok_or(NotAuthenticated::Unknown)?;
        let caller = self.find(token).cloned();
        caller.ok_or(NotAuthenticated::Unknown)
    }
}

impl fmt::Debug for BearerTokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let callers = self.0.iter().map(|(_, caller)| caller);
        f.write_str("BearerTokens")?;
        f.debug_list().entries(callers).finish()
    }
}

/// The token of a head that has one, and one only.
fn presented(headers: &HeaderMap) -> Option<&[u8]> {
    let mut said = headers.get_all(header::AUTHORIZATION).iter();
    let (only, None) = (said.next()?, said.next()) else {
        return None;
    };
    let (scheme, token) = only.as_bytes().split_at_checked(7)?;
    if !scheme.eq_ignore_ascii_case(b"bearer ") {
        return None;
    }
    let token = token.trim_ascii();
    is_token(token).then_some(token)
}

/// RFC 6750: `b64token`.
fn is_token(text: &[u8]) -> bool {
    let padding = text.iter().rev().take_while(|byte| **byte == b'=').count();
    let is_letter = |byte: &u8| byte.is_ascii_alphanumeric() || b"-._~+/".contains(byte);
    let letters = text.len().saturating_sub(padding);
    letters > 0 && text.iter().take(letters).all(is_letter)
}

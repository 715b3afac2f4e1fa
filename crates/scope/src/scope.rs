//! Places in the tree of scopes.

use crate::ParseScopeError;
use atlas_base::{quoted, text_form};
use core::{cmp::Ordering, fmt, hash, iter};
use serde::Serialize;
use std::sync::Arc;

/// A place in the tree global > account > environment: `/`, `/acme`, `/acme/prod`.
///
/// Scalr calls the levels Scalr, account and environment; Symphony calls them public, account and
/// project. A name is `[a-z0-9][a-z0-9-]{0,62}`. Cloning is cheap, and so is going up. Order walks
/// the tree: a scope comes directly before what is below it.
///
/// ```
/// # use atlas_scope::{Level, Scope};
/// let prod = Scope::parse("/acme/prod")?;
/// assert_eq!(prod.level(), Level::Environment);
/// assert_eq!(prod.account(), Some("acme"));
/// let up: Vec<_> = prod.lineage().map(|scope| scope.to_string()).collect();
/// assert_eq!(up, ["/acme/prod", "/acme", "/"]);
/// # Ok::<(), atlas_scope::ParseScopeError>(())
/// ```
#[derive(Clone)]
pub struct Scope {
    /// The text of this scope or of one below it.
    path: Arc<str>,
    /// How much of `path` is this scope's.
    len: usize,
}

/// How high a scope stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// `/`: everything is below it.
    Global,
    /// `/acme`: siblings never see each other.
    Account,
    /// `/acme/prod`: nothing is below it.
    Environment,
}

impl Level {
    /// Whether a record made at this level is shared with lower scopes unless said otherwise.
    ///
    /// Scalr: shared is on by default at the global and the account scope. An environment has
    /// nothing below it.
    pub fn shares_by_default(self) -> bool {
        match self {
            Self::Global | Self::Account => true,
            Self::Environment => false,
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Global => "global",
            Self::Account => "account",
            Self::Environment => "environment",
        })
    }
}

impl Scope {
    /// The most characters one name in a scope may have.
    pub const MAX_NAME_CHARACTERS: usize = 63;

    /// The scope that contains all others, `/`.
    pub fn global() -> Self {
        Self::whole("/")
    }

    fn whole(text: &str) -> Self {
        Self {
            path: text.into(),
            len: text.len(),
        }
    }

    /// Reads `/`, `/ACCOUNT` or `/ACCOUNT/ENVIRONMENT`.
    ///
    /// # Errors
    ///
    /// It does not begin with `/`, goes deeper than an environment, or a name in it is empty, too
    /// long or holds something else than lower-case letters, digits and hyphens, not a hyphen first.
    pub fn parse(text: &str) -> Result<Self, ParseScopeError> {
        let refuse = |at, why: fmt::Arguments<'_>| {
            let message = format_args!("{} is no scope: {why}", quoted(text));
            Err(ParseScopeError::new(at, message))
        };
        if text == "/" {
            return Ok(Self::global());
        }
        let Some(names) = text.strip_prefix('/') else {
            let why = "expected `/`, `/ACCOUNT` or `/ACCOUNT/ENVIRONMENT`";
            return refuse(0, format_args!("{why}"));
        };
        let mut at = 1;
        for (depth, name) in names.split('/').enumerate() {
            if depth == 2 {
                let why = "nothing is below an environment, `/ACCOUNT/ENVIRONMENT`";
                return refuse(at - 1, format_args!("{why}"));
            }
            if name.is_empty() {
                return refuse(at, format_args!("a name is empty at byte {at}"));
            }
            if let Some((misfit, character)) = misfit(name) {
                let at = at + misfit;
                let shown = character.escape_debug();
                let why = "a name is lower-case letters, digits and hyphens, not a hyphen first";
                return refuse(at, format_args!("`{shown}` at byte {at}, {why}"));
            }
            if name.len() > Self::MAX_NAME_CHARACTERS {
                let at = at + Self::MAX_NAME_CHARACTERS;
                return refuse(at, format_args!("a name has more than 63 characters"));
            }
            at += name.len() + 1;
        }
        Ok(Self::whole(text))
    }

    /// The text form.
    pub fn as_str(&self) -> &str {
        // INVARIANT: `len` ends a name of `path`, so the prefix is there.
        self.path.get(..self.len).unwrap_or("/")
    }

    /// The names in it, from the top.
    fn names(&self) -> impl Iterator<Item = &str> {
        self.as_str().split('/').filter(|name| !name.is_empty())
    }

    /// How high it stands.
    pub fn level(&self) -> Level {
        match self.names().count() {
            0 => Level::Global,
            1 => Level::Account,
            _ => Level::Environment,
        }
    }

    /// The scope directly above; none above the global one.
    pub fn parent(&self) -> Option<Self> {
        let text = self.as_str();
        let slash = text.rfind('/').filter(|_| text.len() > 1)?;
        Some(Self {
            path: Arc::clone(&self.path),
            len: slash.max(1),
        })
    }

    /// Whether `other` is this scope or below it (Scalr; siblings never contain each other).
    pub fn contains(&self, other: &Self) -> bool {
        self.len == 1
            || other
                .as_str()
                .strip_prefix(self.as_str())
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }

    /// This scope, then each one above it, up to `/`.
    pub fn lineage(&self) -> impl Iterator<Item = Self> + use<> {
        iter::successors(Some(self.clone()), Self::parent)
    }

    /// The name of the account it is or lies in; none for the global scope.
    pub fn account(&self) -> Option<&str> {
        self.names().next()
    }

    /// The scope of the account it is or lies in; none for the global scope.
    pub fn account_scope(&self) -> Option<Self> {
        let account = self.account()?;
        Some(Self {
            path: Arc::clone(&self.path),
            len: account.len() + 1,
        })
    }

    /// The scope `name` directly below this one.
    ///
    /// # Errors
    ///
    /// The name is not one, or this is an environment; offsets count in the text of the child.
    pub fn child(&self, name: &str) -> Result<Self, ParseScopeError> {
        let text = format!("{}/{name}", self.as_str().trim_end_matches('/'));
        if name.is_empty() || name.contains('/') {
            let why =
                "expected one name of lower-case letters, digits and hyphens, not a hyphen first";
            let message = format_args!("{} is no scope: {why}", quoted(&text));
            return Err(ParseScopeError::new(text.len() - name.len(), message));
        }
        Self::parse(&text)
    }
}

/// The first character that a name cannot have there.
fn misfit(name: &str) -> Option<(usize, char)> {
    name.char_indices()
        .find(|&(at, character)| match character {
            'a'..='z' | '0'..='9' => false,
            '-' => at == 0,
            _ => true,
        })
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl PartialEq for Scope {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Eq for Scope {}

impl PartialOrd for Scope {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Scope {
    fn cmp(&self, other: &Self) -> Ordering {
        // As the names compare one by one: the slash between them counts less than what is in them.
        let rank = |byte: u8| if byte == b'/' { 0 } else { byte };
        let (own, other) = (self.as_str().bytes(), other.as_str().bytes());
        own.map(rank).cmp(other.map(rank))
    }
}

impl hash::Hash for Scope {
    fn hash<H: hash::Hasher>(&self, state: &mut H) {
        self.as_str().hash(state);
    }
}

text_form!(Scope, ParseScopeError);

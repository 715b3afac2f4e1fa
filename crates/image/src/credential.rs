//! Cloud credentials.

use crate::SecretRef;
use atlas_base::{Name, Timestamp, quoted, text_form};
use atlas_image_id::{Cloud, CloudLocation};
use atlas_scope::Scope;
use core::fmt;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

atlas_base::id_type! {
    /// Names a credential.
    pub struct CredentialId("cred-");
}

/// The right to use one cloud at a scope and below it (Scalr).
///
/// It belongs to one scope and one installation of a cloud with all its locations, and holds a
/// reference to its secret, never the secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Credential {
    id: CredentialId,
    scope: Scope,
    cloud: Cloud,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    installation: Option<Installation>,
    name: Name,
    secret: SecretRef,
    created: Timestamp,
}

impl Credential {
    /// Its id, which image records keep.
    pub fn id(&self) -> CredentialId {
        self.id
    }

    /// The scope that has it; images can be registered here and below.
    pub fn scope(&self) -> &Scope {
        &self.scope
    }

    /// The cloud it is for.
    pub fn cloud(&self) -> Cloud {
        self.cloud
    }

    /// The installation of the cloud; none for the default one.
    pub fn installation(&self) -> Option<&Installation> {
        self.installation.as_ref()
    }

    /// Its name, one of a kind in its scope.
    pub fn name(&self) -> &Name {
        &self.name
    }

    /// Where its secret is kept.
    pub fn secret(&self) -> &SecretRef {
        &self.secret
    }

    /// When it was added.
    pub fn created(&self) -> Timestamp {
        self.created
    }

    /// Whether it is for the cloud and the installation of `location`.
    pub fn is_for(&self, location: &CloudLocation) -> bool {
        let installation = self.installation.as_ref().map(Installation::as_str);
        self.cloud == location.cloud() && installation == location.installation()
    }

    /// Whether an image of `location` can be registered with it at `scope`.
    ///
    /// Scalr: only at the scope of the credential or below it on the same branch.
    pub fn reaches(&self, location: &CloudLocation, scope: &Scope) -> bool {
        self.is_for(location) && self.scope.contains(scope)
    }
}

/// The name of one installation of a cloud, as in `openstack:corp/RegionOne` (RightScale: private
/// clouds).
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Installation(Arc<str>);

impl Installation {
    /// Checks a text as locations do.
    ///
    /// # Errors
    ///
    /// A location could not hold it.
    pub fn parse(text: &str) -> Result<Self, ParseInstallationError> {
        const BEFORE: usize = "openstack:".len();
        CloudLocation::new(Cloud::OpenStack, Some(text), Some("RegionOne"), None).map_or_else(
            |error| {
                let at = error.at().saturating_sub(BEFORE).min(text.len());
                let shown = quoted(text);
                let expected = "expected letters, digits and inner `.`, `_` and `-`";
                let message =
                    format!("{shown} is no installation: {expected}; stopped at byte {at}");
                Err(ParseInstallationError { message, at })
            },
            |_| Ok(Self(text.into())),
        )
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Installation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Debug for Installation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

text_form!(Installation, ParseInstallationError);

/// Why a text is no [`Installation`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParseInstallationError {
    message: String,
    at: usize,
}

impl ParseInstallationError {
    /// The byte offset in the given text at which it stopped making sense.
    pub fn at(&self) -> usize {
        self.at
    }
}

impl fmt::Display for ParseInstallationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for ParseInstallationError {}

/// A credential to be added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddCredential {
    /// The scope that is to have it.
    pub scope: Scope,
    /// The cloud it is for.
    pub cloud: Cloud,
    /// The installation of the cloud; none for the default one.
    pub installation: Option<Installation>,
    /// Its name.
    pub name: Name,
    /// Where its secret is kept.
    pub secret: SecretRef,
}

impl AddCredential {
    /// A credential for the cloud's default installation.
    pub fn new(scope: Scope, cloud: Cloud, name: Name, secret: SecretRef) -> Self {
        Self {
            scope,
            cloud,
            installation: None,
            name,
            secret,
        }
    }
}

/// What [`add_credential`] must know.
#[derive(Debug, Clone, Copy)]
pub struct AddCredentialFacts<'a> {
    /// The credential of that name at that very scope, if there is one.
    pub same_name: Option<&'a Credential>,
    /// The id to give.
    pub id: CredentialId,
    /// The moment of the decision.
    pub now: Timestamp,
}

/// Why a credential is not added.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AddCredentialError {
    /// The scope has one of that name.
    #[error("`{scope}` has a credential named `{name}` already: choose another name")]
    NameTaken {
        /// The scope.
        scope: Scope,
        /// The name.
        name: Name,
    },
    /// There is but one of that cloud.
    #[error("{} has no installations: leave `{installation}` out", cloud.label())]
    NoInstallations {
        /// The cloud.
        cloud: Cloud,
        /// The installation that was given.
        installation: Installation,
    },
    /// What was given may be the secret itself, so it is not shown.
    #[error(
        "the secret is not named in the form KEEPER:PATH, such as `vault:aws/main`: say where it is kept, never what it is"
    )]
    NoReference,
    /// The image repository asks for none (Symphony).
    #[error("`local` needs no credential: the permission to write at the scope is enough")]
    NotNeeded,
}

/// Decides whether a credential may be added.
///
/// A name may be used again in another scope; where both reach, the nearer one is meant (ours).
///
/// # Errors
///
/// The scope has one of that name, the cloud has no installations or needs no credential, or the
/// secret is not named by its place.
pub fn add_credential(
    request: AddCredential,
    facts: &AddCredentialFacts<'_>,
) -> Result<Credential, AddCredentialError> {
    let AddCredential {
        scope,
        cloud,
        installation,
        name,
        secret,
    } = request;
    if cloud == Cloud::Local {
        return Err(AddCredentialError::NotNeeded);
    }
    if !names_a_place(secret.as_str()) {
        return Err(AddCredentialError::NoReference);
    }
    if let Some(installation) = installation.clone().filter(|_| !cloud.has_installations()) {
        return Err(AddCredentialError::NoInstallations {
            cloud,
            installation,
        });
    }
    if facts
        .same_name
        .is_some_and(|other| other.scope == scope && other.name == name)
    {
        return Err(AddCredentialError::NameTaken { scope, name });
    }
    Ok(Credential {
        id: facts.id,
        scope,
        cloud,
        installation,
        name,
        secret,
        created: facts.now,
    })
}

/// Whether a text is `KEEPER:PATH`, as no key of a cloud is.
fn names_a_place(text: &str) -> bool {
    let is_keeper = |keeper: &str| {
        let mut letters = keeper.chars();
        letters
            .next()
            .is_some_and(|first| first.is_ascii_lowercase())
            && letters.all(|next| {
                next.is_ascii_lowercase()
                    || next.is_ascii_digit()
                    || matches!(next, '-' | '_' | '.' | '+')
            })
    };
    let parts = text.split_once(':');
    parts.is_some_and(|(keeper, path)| is_keeper(keeper) && !path.trim().is_empty())
}

/// Why a credential is not removed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RemoveCredentialError {
    /// Image records keep it.
    #[error(
        "the credential `{name}` at `{scope}` is used by image records ({images}): \
         delete them first"
    )]
    InUse {
        /// The scope that has it.
        scope: Scope,
        /// Its name.
        name: Name,
        /// How many records were registered with it, deleted ones included while they can be
        /// restored.
        images: u64,
    },
}

/// Decides whether `credential` may be removed while `images` records were registered with it.
///
/// # Errors
///
/// It is in use.
pub fn remove_credential(
    credential: &Credential,
    images: u64,
) -> Result<(), RemoveCredentialError> {
    if images > 0 {
        let Credential { scope, name, .. } = credential.clone();
        return Err(RemoveCredentialError::InUse {
            scope,
            name,
            images,
        });
    }
    Ok(())
}

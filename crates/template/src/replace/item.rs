//! One user of an image in a plan to replace it.

use super::{ReplaceImage, ReplaceKey};
use atlas_base::Digest;
use atlas_image::{PartError, PlanItem, PlanKind};
use atlas_image_id::CloudLocation;
use atlas_scope::Scope;
use core::fmt;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What becomes of something that uses an image.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "does", rename_all = "kebab-case", deny_unknown_fields)]
#[non_exhaustive]
pub enum ReplaceFate {
    /// It has the new image.
    Replace,
    /// It is the old image, and is deprecated with the new one as its replacement.
    Deprecate,
    /// It stays as it is.
    Stay {
        /// Why.
        because: ReplaceStays,
    },
}

/// Why something keeps the old image.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "why", rename_all = "kebab-case", deny_unknown_fields)]
#[non_exhaustive]
pub enum ReplaceStays {
    /// What is committed never changes: commit HEAD once it has the new image (RightScale).
    Committed,
    /// What is locked never moves: lock again.
    Locked,
    /// Its scope is not chosen.
    ScopeNotChosen,
    /// It is of another account (ours: that account decides).
    Elsewhere,
    /// The caller may not edit it.
    NotAllowed,
    /// The new image does not fit there.
    Unfit {
        /// The refusal.
        reason: String,
    },
}

impl fmt::Display for ReplaceStays {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Committed => f.write_str("committed: commit HEAD with the new image"),
            Self::Locked => f.write_str("locked: lock again"),
            Self::ScopeNotChosen => f.write_str("its scope is not chosen"),
            Self::Elsewhere => f.write_str("of another account"),
            Self::NotAllowed => f.write_str("you may not change it"),
            Self::Unfit { reason } => f.write_str(reason),
        }
    }
}

/// What is allowed and still worth saying of a new image somewhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "code", rename_all = "kebab-case", deny_unknown_fields)]
#[non_exhaustive]
pub enum ReplaceNote {
    /// It has another operating system.
    OtherOs {
        /// That of the old image.
        was: String,
        /// Its own.
        is: String,
    },
    /// It is for another architecture.
    OtherArchitecture {
        /// That of the old image.
        was: String,
        /// Its own.
        is: String,
    },
    /// The old image has an agent to run scripts, and the new one has none (Scalr).
    AgentMissing,
    /// The old image has an agent to run scripts, and nobody has said whether the new one has.
    AgentUnknown,
    /// The new image is deprecated.
    Deprecated,
    /// A warning of where it goes.
    Warning {
        /// The warning.
        text: String,
    },
}

impl fmt::Display for ReplaceNote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OtherOs { was, is } => write!(f, "{is} in place of {was}"),
            Self::OtherArchitecture { was, is } => write!(f, "for {is} in place of {was}"),
            Self::AgentMissing => f.write_str("without the agent that runs scripts"),
            Self::AgentUnknown => {
                f.write_str("nobody has said whether it has the agent that runs scripts")
            }
            Self::Deprecated => f.write_str("deprecated itself"),
            Self::Warning { text } => f.write_str(text),
        }
    }
}

/// How a change is taken back, while nobody changes the same again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum ReplaceUndo {
    /// HEAD is edited: the settings get the old image again.
    SetBack,
    /// The role map gets the old image again.
    PutBack,
    /// The server gets the override of before again.
    OverrideBack,
    /// The server inherits its image again.
    Inherit,
    /// The image is deprecated no longer.
    Undeprecate,
}

impl ReplaceUndo {
    /// The text form: `set-back`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SetBack => "set-back",
            Self::PutBack => "put-back",
            Self::OverrideBack => "override-back",
            Self::Inherit => "inherit",
            Self::Undeprecate => "undeprecate",
        }
    }
}

/// One user of an image in a plan to replace it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct ReplaceItem {
    /// What uses the image.
    pub key: ReplaceKey,
    /// The scope that holds it.
    pub scope: Scope,
    /// What people call it: `web@head`, `default:web-1`.
    pub name: String,
    /// Where it uses the image, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub places: Vec<CloudLocation>,
    /// What becomes of it.
    pub fate: ReplaceFate,
    /// What is worth saying of the new image there.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<ReplaceNote>,
    /// How that is taken back; none where nothing changes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undo: Option<ReplaceUndo>,
    /// The digest of all that this was decided from.
    pub expects: Digest,
}

impl PlanItem for ReplaceItem {
    type Key = ReplaceKey;
    type Ask = ReplaceImage;

    const KIND: PlanKind = PlanKind::Replace;
    const MOST_CHANGES: usize = 10_000;
    const COLUMNS: &'static [&'static str] = &[
        "KEY", "KIND", "NAME", "SCOPE", "WHERE", "FATE", "UNDO", "SAYS",
    ];
    const UNSEEN: (&'static str, &'static str) = ("user", "users");

    fn key(&self) -> ReplaceKey {
        self.key
    }

    fn expects(&self) -> Digest {
        self.expects
    }

    fn is_change(&self) -> bool {
        !matches!(self.fate, ReplaceFate::Stay { .. })
    }

    fn cells(&self) -> Vec<String> {
        let places: Vec<_> = self.places.iter().map(CloudLocation::as_str).collect();
        let (fate, why) = match &self.fate {
            ReplaceFate::Replace => ("replace", None),
            ReplaceFate::Deprecate => ("deprecate", None),
            ReplaceFate::Stay { because } => ("stay", Some(because.to_string())),
        };
        let notes = self.notes.iter().map(ToString::to_string);
        let says: Vec<_> = why.into_iter().chain(notes).collect();
        vec![
            self.key.to_string(),
            self.key.kind().to_owned(),
            self.name.clone(),
            self.scope.to_string(),
            places.join(", "),
            fate.to_owned(),
            self.undo.map_or("-", ReplaceUndo::as_str).to_owned(),
            says.join("; "),
        ]
    }

    fn total(items: &[Self]) -> String {
        let replaced = items
            .iter()
            .filter(|item| item.fate == ReplaceFate::Replace);
        let users = items.iter();
        let users = users.filter(|item| !matches!(item.key, ReplaceKey::Image(_)));
        let (count, of) = (replaced.count(), users.count());
        let (users, verb) = (
            if of == 1 { "user" } else { "users" },
            if count == 1 || of == 1 { "gets" } else { "get" },
        );
        format!("{count} of {of} {users} {verb} the new image")
    }

    /// Scalr: a lower scope is changed only together with those above it. The image's own record is
    /// used at no scope.
    fn check_part(_: &ReplaceImage, chosen: &[&Self], left_out: &[&Self]) -> Result<(), PartError> {
        let changes = |item: &&&Self| item.fate == ReplaceFate::Replace;
        let mut left = BTreeMap::<&Scope, Vec<String>>::new();
        for item in left_out.iter().filter(changes) {
            left.entry(&item.scope)
                .or_default()
                .push(item.key.to_string());
        }
        for item in chosen.iter().filter(changes) {
            let above = item.scope.lineage().skip(1);
            let missing = above.filter_map(|scope| left.get(&scope)).flatten();
            let missing: Vec<_> = missing.cloned().collect();
            if !missing.is_empty() {
                let scope = item.scope.clone();
                return Err(PartError::WithoutHigher { scope, missing });
            }
        }
        Ok(())
    }
}

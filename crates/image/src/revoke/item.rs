//! One image of a plan to revoke.

use super::{MOST_DESCENDANTS, Member, RevokeImage, counted};
use crate::{
    Hidden, ImageRecordId, Lifecycle, LifecycleState, Origin, PartError, PlanItem, PlanKind,
    Referrer, Usage,
};
use atlas_base::{CanonicalError, Digest, canonical};
use atlas_image_id::CloudLocation;
use atlas_scope::Scope;
use core::fmt;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// What becomes of an image when it, or what it was made from, is revoked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum RevokeFate {
    /// It is disabled.
    Disable,
    /// It is disabled already, and stays so for its own reason.
    AlreadyDisabled,
    /// It is deleted or about to be. Restored, it is what it was.
    Leaving,
    /// The caller may not disable it.
    NotAllowed,
    /// It is of another account (ours: that account decides).
    Elsewhere,
}

impl RevokeFate {
    /// The text form: `already-disabled`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Disable => "disable",
            Self::AlreadyDisabled => "already-disabled",
            Self::Leaving => "leaving",
            Self::NotAllowed => "not-allowed",
            Self::Elsewhere => "elsewhere",
        }
    }
}

impl fmt::Display for RevokeFate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// How an image comes to be in a plan to revoke.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum RevokeWay {
    /// It is the image that is revoked.
    Itself,
    /// It was copied from its parent.
    Copied,
    /// It was bundled from a server that its parent made.
    Bundled,
    /// Its cloud says that it was made from its parent.
    Made,
}

impl RevokeWay {
    /// The text form: `copied`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Itself => "itself",
            Self::Copied => "copied",
            Self::Bundled => "bundled",
            Self::Made => "made",
        }
    }
}

impl fmt::Display for RevokeWay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// One image of a plan to revoke.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct RevokeItem {
    /// Its record.
    pub record: ImageRecordId,
    /// The nearest ancestor that the caller sees; none for the image that is revoked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub under: Option<ImageRecordId>,
    /// How many ancestors the caller sees, up to the image that is revoked.
    pub depth: u32,
    /// How it comes to be here.
    pub way: RevokeWay,
    /// The scope that holds it.
    pub scope: Scope,
    /// Where it is.
    pub location: CloudLocation,
    /// Its id there.
    pub image_id: String,
    /// Its name.
    pub name: String,
    /// The state of its record.
    pub state: LifecycleState,
    /// What becomes of it.
    pub fate: RevokeFate,
    /// Who uses it, as far as the caller sees, by scope, kind and name: MCI HEADs and revisions,
    /// channels, templates, role maps, servers and locks.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub users: Vec<Referrer>,
    /// How many more there are, where the caller may know.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hidden: Option<Hidden>,
    /// How many launch permissions go for ever with it; none where it stays.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub permissions: usize,
    /// The digest of all that this was decided from.
    pub expects: Digest,
}

/// What an item is decided from: whatever else changes of a record is no matter.
#[derive(Serialize)]
struct Expected<'a> {
    record: ImageRecordId,
    scope: &'a Scope,
    lifecycle: &'a Lifecycle,
    under: Option<ImageRecordId>,
    fate: RevokeFate,
    users: &'a [Referrer],
    hidden: Option<Hidden>,
    permissions: usize,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde asks for a reference"
)]
fn is_zero(count: &usize) -> bool {
    *count == 0
}

impl RevokeItem {
    pub(super) fn of(member: &Member<'_>, fate: RevokeFate) -> Result<Self, CanonicalError> {
        let record = member.at.record;
        let users = member.at.usage.into_iter().flat_map(Usage::users);
        let users: Vec<_> = users.cloned().collect();
        let hidden = member.at.usage.and_then(Usage::hidden);
        let hidden = hidden.filter(|hidden| *hidden != Hidden::default());
        let permissions = match fate {
            RevokeFate::Disable => member.at.permissions,
            _ => 0,
        };
        let way = match (member.under, record.origin()) {
            (None, _) => RevokeWay::Itself,
            (Some(_), Origin::Copied { .. }) => RevokeWay::Copied,
            (Some(_), Origin::Bundled { .. }) => RevokeWay::Bundled,
            (Some(_), _) => RevokeWay::Made,
        };
        let expects = canonical::digest(
            "cloud-atlas/revoke-item/1",
            &Expected {
                record: record.id(),
                scope: record.scope(),
                lifecycle: record.lifecycle(),
                under: member.under,
                fate,
                users: &users,
                hidden,
                permissions,
            },
        )?;
        Ok(Self {
            record: record.id(),
            under: member.under,
            depth: member.depth,
            way,
            scope: record.scope().clone(),
            location: record.location().clone(),
            image_id: record.image_id().to_string(),
            name: record.name().to_owned(),
            state: record.lifecycle().state(),
            fate,
            users,
            hidden,
            permissions,
            expects,
        })
    }

    /// The accounts that hold those who use it, in order.
    pub fn accounts(&self) -> BTreeSet<Scope> {
        let scopes = self.users.iter();
        scopes
            .filter_map(|user| user.scope.account_scope())
            .collect()
    }
}

impl PlanItem for RevokeItem {
    type Key = ImageRecordId;
    type Ask = RevokeImage;

    const KIND: PlanKind = PlanKind::Revoke;
    const MOST_CHANGES: usize = MOST_DESCENDANTS + 1;
    const COLUMNS: &'static [&'static str] =
        &["RECORD", "STATE", "FATE", "HOW", "SCOPE", "IMAGE", "HITS"];
    const UNSEEN: (&'static str, &'static str) = ("image", "images");

    fn key(&self) -> ImageRecordId {
        self.record
    }

    fn expects(&self) -> Digest {
        self.expects
    }

    fn is_change(&self) -> bool {
        self.fate == RevokeFate::Disable
    }

    fn cells(&self) -> Vec<String> {
        /// A long line of copies is no reason for long lines of text.
        const DEEPEST: u32 = 16;
        let deep = (0..self.depth.min(DEEPEST)).map(|_| "  ");
        let mut hits = counted(self.users.iter().map(|user| user.kind));
        let hidden = self.hidden.unwrap_or_default();
        let hidden = hidden.here.saturating_add(hidden.elsewhere);
        if hidden > 0 {
            hits.push(format!("{hidden} out of sight"));
        }
        match self.permissions {
            0 => {}
            1 => hits.push("1 launch permission".to_owned()),
            count => hits.push(format!("{count} launch permissions")),
        }
        if hits.is_empty() {
            hits.push("nobody".to_owned());
        }
        let indent: String = deep.collect();
        vec![
            format!("{indent}{}", self.record),
            self.state.to_string(),
            self.fate.to_string(),
            self.way.to_string(),
            self.scope.to_string(),
            format!("{} at {}", self.image_id, self.location),
            hits.join(", "),
        ]
    }

    fn total(items: &[Self]) -> String {
        let changes = || items.iter().filter(|item| item.is_change());
        let users: BTreeSet<_> = changes().flat_map(|item| &item.users).collect();
        let mut hits = counted(users.into_iter().map(|user| user.kind));
        let hidden = changes().filter_map(|item| item.hidden);
        let hidden = hidden.map(|hidden| hidden.here.saturating_add(hidden.elsewhere));
        let hidden = hidden.fold(0_u64, u64::saturating_add);
        if hidden > 0 {
            hits.push(format!("{hidden} out of sight"));
        }
        let (count, of) = (changes().count(), items.len());
        let images = if of == 1 { "image" } else { "images" };
        let verb = if count == 1 { "is" } else { "are" };
        let hit = if hits.is_empty() {
            String::new()
        } else {
            format!(", which hits {}", hits.join(", "))
        };
        format!("{count} of {of} {images} {verb} to be disabled{hit}")
    }

    fn check_part(
        ask: &RevokeImage,
        chosen: &[&Self],
        left_out: &[&Self],
    ) -> Result<(), PartError> {
        let mut left_out = left_out.iter();
        let changes = chosen.iter().any(|item| item.is_change());
        if changes && left_out.any(|item| item.record == ask.image && item.is_change()) {
            return Err(PartError::WithoutRoot { root: ask.image });
        }
        Ok(())
    }
}

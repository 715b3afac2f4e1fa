//! Plans as JSON.

use super::{MOST_BYTES, Plan, PlanError, PlanItem, PlanKind};
use crate::Hidden;
use atlas_base::{CanonicalError, Digest, Timestamp, canonical, quoted};
use atlas_scope::PrincipalId;
use core::ops::Not;
use serde::{Deserialize, Serialize, Serializer, ser};

/// What a plan says that it is.
const FORMAT: &str = "plan/1";

/// A plan as it is written.
#[derive(Serialize)]
struct Written<'a, A, I> {
    atlas: &'static str,
    kind: PlanKind,
    made: Timestamp,
    by: &'a PrincipalId,
    /// The digest of the rest.
    #[serde(skip_serializing_if = "Option::is_none")]
    digest: Option<Digest>,
    ask: &'a A,
    #[serde(skip_serializing_if = "Not::not")]
    part: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    hidden: Option<Hidden>,
    items: &'a [I],
}

/// A plan as it is read.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Given<A, I> {
    #[serde(rename = "atlas")]
    _format: String,
    #[serde(rename = "kind")]
    _kind: PlanKind,
    made: Timestamp,
    by: PrincipalId,
    digest: Digest,
    ask: A,
    #[serde(default)]
    part: bool,
    #[serde(default)]
    hidden: Option<Hidden>,
    items: Vec<I>,
}

/// What stands at the head of each plan.
#[derive(Deserialize)]
struct Header {
    atlas: String,
    kind: PlanKind,
}

impl PlanKind {
    /// What the plan in a text is for, so that whoever has one knows what reads it.
    ///
    /// # Errors
    ///
    /// It is too large, no plan, or one of another format.
    pub fn of(text: &str) -> Result<Self, PlanError> {
        if text.len() > MOST_BYTES {
            return Err(too_large(MOST_BYTES, text.len()));
        }
        let header: Header = serde_json::from_str(text).map_err(|error| unreadable(&error))?;
        if header.atlas == FORMAT {
            return Ok(header.kind);
        }
        Err(PlanError::Format {
            found: quoted(&header.atlas).to_string(),
        })
    }
}

impl<I: PlanItem> Plan<I> {
    /// The plan as JSON, a line a field, for reviews.
    ///
    /// # Errors
    ///
    /// It has too many bytes.
    pub fn to_text(&self) -> Result<String, PlanError> {
        let text = serde_json::to_string_pretty(self).map_err(|error| unreadable(&error))?;
        if text.len() >= MOST_BYTES {
            return Err(too_large(MOST_BYTES, text.len() + 1));
        }
        Ok(text + "\n")
    }

    /// Reads a plan. What it says is believed only as far as later facts say the same; and its digest
    /// shows whether what was asked is still what its maker was shown.
    ///
    /// # Errors
    ///
    /// It is too large, no plan, one of another format or kind, has too many items or one twice, or is
    /// not as it was written.
    pub fn parse(text: &str) -> Result<Self, PlanError> {
        let found = PlanKind::of(text)?;
        if found != I::KIND {
            let wanted = I::KIND;
            return Err(PlanError::OtherKind { wanted, found });
        }
        let given: Given<I::Ask, I> =
            serde_json::from_str(text).map_err(|error| unreadable(&error))?;
        let digest = given.digest;
        let plan = Self {
            ask: given.ask,
            made: given.made,
            by: given.by,
            part: given.part,
            hidden: given.hidden,
            items: given.items,
        }
        .checked()?;
        if plan.digest()? != digest {
            return Err(PlanError::Edited);
        }
        Ok(plan)
    }

    /// The digest of the plan: it stands in its text, and names it in logs.
    ///
    /// # Errors
    ///
    /// It has no canonical text.
    pub fn digest(&self) -> Result<Digest, CanonicalError> {
        canonical::digest("cloud-atlas/plan/1", &self.written(None))
    }

    fn written(&self, digest: Option<Digest>) -> Written<'_, I::Ask, I> {
        Written {
            atlas: FORMAT,
            kind: I::KIND,
            made: self.made,
            by: &self.by,
            digest,
            ask: &self.ask,
            part: self.part,
            hidden: self.hidden,
            items: &self.items,
        }
    }
}

impl<I: PlanItem> Serialize for Plan<I> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let digest = self.digest().map_err(ser::Error::custom)?;
        self.written(Some(digest)).serialize(serializer)
    }
}

fn too_large(limit: usize, found: usize) -> PlanError {
    PlanError::TooLarge { limit, found }
}

fn unreadable(error: &serde_json::Error) -> PlanError {
    PlanError::Unreadable {
        reason: error.to_string(),
    }
}

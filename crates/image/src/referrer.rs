//! Who refers to a record, and what a caller is told of it.

use crate::{ImageRecord, ImageRecordId, Warning};
use atlas_scope::Scope;
use core::fmt;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Something that refers to an image record, or to a role map.
///
/// Whoever keeps such things finds them and tells of them as values: what comes to refer to records
/// later joins here without a change of any rule.
///
/// Order is by scope, kind and name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Referrer {
    /// The scope that holds it.
    pub scope: Scope,
    /// What it is.
    pub kind: ReferrerKind,
    /// What people call it: `web@3`.
    pub name: String,
    /// What programs call it: the id of a lineage or of a record.
    pub id: String,
    /// Whether the caller may see it; one that was written down was seen.
    #[serde(skip, default = "seen")]
    pub visible: bool,
}

fn seen() -> bool {
    true
}

/// What kind of thing refers to a record. Order is the order in which they are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum ReferrerKind {
    /// The HEAD of a MultiCloud Image.
    MciHead,
    /// A committed revision of a MultiCloud Image.
    MciRevision,
    /// A channel that points to such a revision.
    Channel,
    /// A ServerTemplate.
    Template,
    /// A role map.
    RoleMap,
    /// A server definition.
    Server,
    /// A registered lock.
    Lock,
    /// A record of an image that was made from this one.
    Derived,
    /// A deprecated record that names this one as its replacement.
    Replaced,
}

impl ReferrerKind {
    /// The text form: `mci-head`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::MciHead => "mci-head",
            Self::MciRevision => "mci-revision",
            Self::Channel => "channel",
            Self::Template => "template",
            Self::RoleMap => "role-map",
            Self::Server => "server",
            Self::Lock => "lock",
            Self::Derived => "derived",
            Self::Replaced => "replaced",
        }
    }

    /// What one of them is called, and several: `MCI HEAD`, `MCI HEADs`.
    pub(crate) fn nouns(self) -> (&'static str, &'static str) {
        match self {
            Self::MciHead => ("MCI HEAD", "MCI HEADs"),
            Self::MciRevision => ("MCI revision", "MCI revisions"),
            Self::Channel => ("channel", "channels"),
            Self::Template => ("template", "templates"),
            Self::RoleMap => ("role map", "role maps"),
            Self::Server => ("server", "servers"),
            Self::Lock => ("lock", "locks"),
            Self::Derived => ("image made from it", "images made from it"),
            Self::Replaced => ("image that it replaces", "images that it replaces"),
        }
    }

    /// Whether it could no longer do its work without the record, and so keeps it from being
    /// deleted (Scalr, RightScale). Where an image came from and what replaces it are only told.
    pub fn is_binding(self) -> bool {
        !matches!(self, Self::Derived | Self::Replaced)
    }
}

impl fmt::Display for ReferrerKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// How many refer to a record that the caller cannot see.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hidden {
    /// In the record's account; of a record at `/`, wherever it is seen by the tree.
    pub here: u64,
    /// In other accounts.
    pub elsewhere: u64,
}

/// Everything that refers to a record, as far as the caller is told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Usage {
    #[serde(skip)]
    record: ImageRecordId,
    #[serde(skip)]
    scope: Scope,
    referrers: Vec<Referrer>,
    #[serde(skip_serializing_if = "Option::is_none")]
    hidden: Option<Hidden>,
    /// Whether anything binding stands there, seen or not.
    #[serde(skip)]
    bound: bool,
    /// Whether anything binding stands below the scope, seen or not.
    #[serde(skip)]
    bound_below: bool,
    /// Whether a channel points there, at the scope or below, seen or not.
    #[serde(skip)]
    channel: bool,
    /// The accounts below the scope that reach the record by launch permissions alone.
    #[serde(skip)]
    guests: BTreeSet<Scope>,
}

impl Usage {
    /// Sorts out who refers to a record. Ours: how many there are that the caller cannot see is told
    /// only to a holder of the right to delete at the record's scope.
    pub fn of(
        record: &ImageRecord,
        all: impl IntoIterator<Item = Referrer>,
        may_delete: bool,
    ) -> Self {
        Self::opened(record, all, may_delete, BTreeSet::new())
    }

    /// The same of a record that launch permissions open to these accounts. One at `/` that is not
    /// shared is seen by them alone, and what they do with it stands in nobody's way.
    pub fn opened(
        record: &ImageRecord,
        all: impl IntoIterator<Item = Referrer>,
        may_delete: bool,
        to: BTreeSet<Scope>,
    ) -> Self {
        let scope = record.scope().clone();
        let apart = !record.shared() && scope == Scope::global();
        let guests = if apart { to } else { BTreeSet::new() };
        let (mut referrers, mut hidden) = (Vec::new(), Hidden::default());
        let (mut bound, mut bound_below, mut channel) = (false, false, false);
        for referrer in all {
            let here = is_here(&scope, &guests, &referrer);
            if here && referrer.kind.is_binding() {
                bound = true;
                bound_below |= is_below(&scope, &referrer);
                channel |= referrer.kind == ReferrerKind::Channel;
            }
            match (referrer.visible, referrer.kind.is_binding()) {
                (true, _) => referrers.push(referrer),
                (false, true) if here => hidden.here += 1,
                (false, true) => hidden.elsewhere += 1,
                // What came from it, or names it as a replacement, is no use of it.
                (false, false) => {}
            }
        }
        referrers.sort();
        Self {
            record: record.id(),
            scope,
            referrers,
            hidden: may_delete.then_some(hidden),
            bound,
            bound_below,
            channel,
            guests,
        }
    }

    /// The record that it is about.
    pub fn record(&self) -> ImageRecordId {
        self.record
    }

    fn is_here(&self, referrer: &Referrer) -> bool {
        is_here(&self.scope, &self.guests, referrer)
    }

    /// Those that the caller sees, by scope, kind and name.
    pub fn referrers(&self) -> &[Referrer] {
        &self.referrers
    }

    /// How many there are that she does not see, where she may know.
    pub fn hidden(&self) -> Option<Hidden> {
        self.hidden
    }

    /// Whether nothing uses the record, as far as the caller is told: what came from it, or names it
    /// as a replacement, is no use of it.
    pub fn is_unused(&self) -> bool {
        let mut seen = self.referrers.iter();
        !seen.any(|referrer| referrer.kind.is_binding())
            && self.hidden.unwrap_or_default() == Hidden::default()
    }

    /// Those in other accounts are counted and warned of, and stand in nobody's way (ours).
    pub fn warnings(&self) -> Vec<Warning> {
        let seen = self.referrers.iter();
        let seen = seen.filter(|referrer| !self.is_here(referrer));
        let hidden = self.hidden.unwrap_or_default().elsewhere;
        let count = hidden.saturating_add(len(seen.count()));
        let warning = Warning::UsedElsewhere { count };
        (count > 0).then_some(warning).into_iter().collect()
    }

    /// How many binding ones at the record's scope and below the caller may be told of.
    pub(crate) fn told_here(&self) -> u64 {
        let seen = self.seen_here(|_| true);
        len(seen.len()).saturating_add(self.hidden.unwrap_or_default().here)
    }

    /// What keeps the record from being deleted, if anything does.
    pub(crate) fn binding(&self) -> Option<InUse> {
        self.bound.then(|| self.in_use(|_| true))
    }

    /// What keeps the record from being unshared, if anything does: what stands below its scope.
    pub(crate) fn binding_below(&self) -> Option<InUse> {
        self.bound_below
            .then(|| self.in_use(|referrer| is_below(&self.scope, referrer)))
    }

    /// Those that use the record, as far as the caller sees, wherever they are.
    pub(crate) fn users(&self) -> impl Iterator<Item = &Referrer> {
        let seen = self.referrers.iter();
        seen.filter(|referrer| referrer.kind.is_binding())
    }

    /// Whether anything at the scope or below uses the record, seen or not.
    pub(crate) fn is_bound(&self) -> bool {
        self.bound
    }

    /// Whether a channel at the scope or below points there, seen or not.
    pub(crate) fn is_channel_target(&self) -> bool {
        self.channel
    }

    pub(crate) fn seen_here(&self, keep: impl Fn(&Referrer) -> bool) -> Vec<Referrer> {
        let fits = |referrer: &&Referrer| {
            referrer.kind.is_binding() && self.is_here(referrer) && keep(referrer)
        };
        self.referrers.iter().filter(fits).cloned().collect()
    }

    fn in_use(&self, keep: impl Fn(&Referrer) -> bool) -> InUse {
        InUse {
            record: self.record,
            referrers: self.seen_here(keep),
            hidden: self.hidden.unwrap_or_default().here,
        }
    }
}

/// Whether something stands in the account of a scope, to which the record of an environment may be
/// opened; or below `/`, and not in an account that is a guest there.
fn is_here(scope: &Scope, guests: &BTreeSet<Scope>, referrer: &Referrer) -> bool {
    match (scope.account_scope(), referrer.scope.account_scope()) {
        (Some(own), Some(other)) => own == other,
        (Some(_), None) => false,
        (None, account) => account.is_none_or(|account| !guests.contains(&account)),
    }
}

fn is_below(scope: &Scope, referrer: &Referrer) -> bool {
    referrer.scope != *scope && scope.contains(&referrer.scope)
}

/// What stands in the way of a change of a record: a list in a refusal, and the same list in the
/// report of a change that was forced.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct InUse {
    /// The record.
    pub record: ImageRecordId,
    /// Who refers to it, as far as the caller sees, by scope, kind and name.
    pub referrers: Vec<Referrer>,
    /// How many more there are, if the caller may know; else 0.
    pub hidden: u64,
}

impl fmt::Display for InUse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "`{}` is {}",
            self.record,
            UsedBy::new(&self.referrers, self.hidden)
        )
    }
}

/// Who uses something, in words: scope by scope, each with its kind and its name.
#[derive(Debug, Clone, Copy)]
pub struct UsedBy<'a>(&'a [Referrer], u64);

impl<'a> UsedBy<'a> {
    /// Those that are seen, in their order, and how many more there are; the first 8 are named.
    pub fn new(seen: &'a [Referrer], hidden: u64) -> Self {
        Self(seen, hidden)
    }
}

impl fmt::Display for UsedBy<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const SHOWN: usize = 8;
        let Self(referrers, hidden) = *self;
        f.write_str("used")?;
        let mut last = None;
        for referrer in referrers.iter().take(SHOWN) {
            let scope = &referrer.scope;
            match last {
                Some(here) if here == scope => f.write_str(",")?,
                Some(_) => write!(f, ", at {scope} by")?,
                None => write!(f, " at {scope} by")?,
            }
            write!(f, " {}", Named(referrer))?;
            last = Some(scope);
        }
        let more = len(referrers.len().saturating_sub(SHOWN));
        match (last, more.saturating_add(hidden)) {
            (_, 0) => Ok(()),
            (Some(_), more) => write!(f, ", and {more} more"),
            (None, more) => write!(f, " in {more} place{}", if more == 1 { "" } else { "s" }),
        }
    }
}

struct Named<'a>(&'a Referrer);

impl fmt::Display for Named<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = &self.0.name;
        match self.0.kind {
            ReferrerKind::MciHead | ReferrerKind::MciRevision => write!(f, "`{name}`"),
            ReferrerKind::RoleMap => write!(f, "role map `{name}`"),
            kind => write!(f, "{kind} `{name}`"),
        }
    }
}

fn len(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}

//! Why nothing is published.

use crate::{AccessCheck, Admit, Answer, PublicationRef, TargetGroupsError};
use atlas_base::{Name, Timestamp};
use atlas_history::{LineageId, Mark, RevisionNumber, RevisionRef};
use atlas_scope::{GroupId, Scope};
use atlas_template::{LinkTarget, Reference, TemplateNotReady};
use core::fmt;
use serde::Serialize;

/// A link that may mean another revision tomorrow.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MovingLink {
    /// The lineage that is linked.
    pub lineage: LineageId,
    /// Which of its states: HEAD, or what a channel says.
    pub target: LinkTarget,
}

/// A linked publication that not all see for whom the template is meant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NarrowPublication {
    /// Its name.
    pub name: Name,
    /// Which one.
    pub publication: PublicationRef,
    /// Whether it is of the same account, which can show it to more.
    pub is_own: bool,
}

/// Images stand in the way of a publication.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AccessRefused {
    /// Which, and for whom.
    pub check: AccessCheck,
    /// What was let pass.
    pub admit: Admit,
}

/// Why a revision is not published.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PublishError {
    /// Only accounts publish, and what stands at `/` is no account's.
    #[error("`{name}` stands at `/`, and accounts publish: share it there, and everybody sees it")]
    Global {
        /// The name of the lineage.
        name: Name,
    },
    /// It is gone.
    #[error("`{name}` was deleted: what is gone cannot be published")]
    Deleted {
        /// Its last name.
        name: Name,
    },
    /// It is another account's (RightScale).
    #[error(
        "`{name}` revision {revision} was imported, and only its publisher publishes it: clone it, commit the clone and publish that"
    )]
    Imported {
        /// The name of the lineage.
        name: Name,
        /// Which revision.
        revision: RevisionNumber,
    },
    /// Nothing is committed (RightScale).
    #[error("`{name}` has no committed revision: commit it, then publish the revision")]
    NotCommitted {
        /// The name of the lineage.
        name: Name,
    },
    /// HEAD is never published; it can be offered (RightScale).
    #[error(
        "HEAD of `{name}` is not published: publish a revision, such as {last}, or offer HEAD to account groups with --head"
    )]
    Head {
        /// The name of the lineage.
        name: Name,
        /// Its newest revision.
        last: RevisionNumber,
    },
    /// A state was named, and what HEAD becomes when it is committed was to be published.
    #[error(
        "`{reference}` names a state, and --commit-head-dependencies commits HEAD and publishes that: leave out one of them"
    )]
    CommitsHead {
        /// What was named.
        reference: Reference,
    },
    /// Each revision is published once (RightScale).
    #[error(
        "`{name}` revision {revision} was published at {at} as {publication}: a revision is published once, commit another one"
    )]
    AlreadyPublished {
        /// The name of the lineage.
        name: Name,
        /// Which revision.
        revision: RevisionNumber,
        /// As what.
        publication: PublicationRef,
        /// When.
        at: Timestamp,
    },
    /// It is not to be used.
    #[error("`{name}` revision {revision} was revoked by {by}: {reason}; publish another one, or take the mark back", by = .mark.by, reason = .mark.reason)]
    Revoked {
        /// The name of the lineage.
        name: Name,
        /// Which revision.
        revision: RevisionNumber,
        /// Who revoked it, when and why.
        mark: Box<Mark>,
    },
    /// What it links is not to be used.
    #[error("`{name}` revision {revision} is linked and was revoked by {by}: {reason}; link another one, or take the mark back", by = .mark.by, reason = .mark.reason)]
    LinkRevoked {
        /// The name of the linked lineage.
        name: Name,
        /// Which revision.
        revision: RevisionNumber,
        /// Who revoked it, when and why.
        mark: Box<Mark>,
    },
    /// It has no settings (RightScale).
    #[error(transparent)]
    Mci(#[from] atlas_mci::NotReady),
    /// It has no links (RightScale).
    #[error(transparent)]
    Template(#[from] TemplateNotReady),
    /// It is no group of the publisher.
    #[error(
        "`{publisher}` owns no account group `{group}`: publications are for groups of the account that publishes"
    )]
    UnknownGroup {
        /// The account.
        publisher: Scope,
        /// What was named.
        group: GroupId,
    },
    /// Too many groups would see a publication that is to be shown to more.
    #[error(transparent)]
    Groups(#[from] TargetGroupsError),
    /// Links move (RightScale for HEAD; channels: ours).
    #[error(
        "`{name}` links what moves: {}; {}",
        listed(links, |it| format!("{} of {}", state(&it.target), it.lineage)),
        if links.iter().any(|it| it.target == LinkTarget::Head) {
            "commit it with --commit-head-dependencies, or link revisions, and publish that"
        } else {
            "link revisions, commit it and publish that"
        }
    )]
    MovingLinks {
        /// The name of the template.
        name: Name,
        /// The links, in the order of their lineages.
        links: Vec<MovingLink>,
    },
    /// Links lead nowhere.
    #[error(
        "{} cannot be published along: not there, or not visible from here; unlink what is gone",
        listed(links, ToString::to_string)
    )]
    UnseenLinks {
        /// The links, in the order of their lineages.
        links: Vec<RevisionRef>,
    },
    /// A linked import has no publication any more, so nobody could import it.
    #[error(
        "`{name}` is linked and was imported from a publication that is no more: link another, or a clone of it"
    )]
    ImportUnpublished {
        /// The name of the import.
        name: Name,
    },
    /// Those for whom the template is meant do not all see what it links.
    #[error(
        "not all for whom this is meant see what it links: {}",
        narrow_texts(narrow)
    )]
    Narrow {
        /// What they do not see, imports first.
        narrow: Vec<NarrowPublication>,
    },
    /// There would be too many answers.
    #[error("{images} private images for {accounts} accounts are too many to check, at most {most} pairs are allowed: open the images to everybody, or publish to fewer accounts", most = AccessCheck::MOST)]
    TooMuchToCheck {
        /// How many private images there are.
        images: usize,
        /// How many accounts.
        accounts: usize,
    },
    /// Not all may launch its images.
    #[error("{0}")]
    Access(Box<AccessRefused>),
}

/// The first 8 of a list.
fn listed<T>(all: &[T], text: impl Fn(&T) -> String) -> String {
    let shown: Vec<_> = all.iter().take(8).map(text).collect();
    let more = all.len().saturating_sub(shown.len());
    let shown = shown.join(", ");
    match more {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

fn state(target: &LinkTarget) -> String {
    match target {
        LinkTarget::Head => "HEAD".to_owned(),
        LinkTarget::Latest => "`latest`".to_owned(),
        LinkTarget::Revision(number) => format!("revision {number}"),
        LinkTarget::Channel(name) => format!("channel `{name}`"),
    }
}

fn narrow_texts(narrow: &[NarrowPublication]) -> String {
    let named = |own: bool| {
        let those: Vec<_> = narrow.iter().filter(|it| it.is_own == own).collect();
        let text = |it: &&NarrowPublication| format!("`{}` ({})", it.name, it.publication);
        (!those.is_empty()).then(|| listed(&those, text))
    };
    let imports = named(false).map(|names| {
        format!("{names}, of which their publishers decide: link others, or clones of them")
    });
    let own = named(true).map(|names| format!("{names}, which --widen shows to more"));
    let all: Vec<_> = [imports, own].into_iter().flatten().collect();
    all.join("; ")
}

impl fmt::Display for AccessRefused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not all for whom this is meant may launch its images:")?;
        let answers = [
            (Answer::No, self.admit.private, "--allow-private"),
            (Answer::Unknown, self.admit.unknown, "--allow-unknown"),
        ];
        let mut comma = "";
        for (answer, is_admitted, flag) in answers {
            let count = self.check.count(answer);
            if count > 0 && !is_admitted {
                write!(f, "{comma} {count} × {answer} (let pass with {flag})")?;
                comma = ",";
            }
        }
        f.write_str("; share the images with them first")
    }
}

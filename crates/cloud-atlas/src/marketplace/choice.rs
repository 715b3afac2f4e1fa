//! How people name a publication.

use super::Seeing;
use crate::{
    Error, MarketRefusal, NotFound, Noun,
    tables::{LISTINGS, PUBLICATIONS, listed_parts},
    unit::Unit,
};
use atlas_base::{Name, parse_errors, quoted, text_form};
use atlas_history::RevisionNumber;
use atlas_market::{PublicationLineageId, PublicationRef};
use atlas_scope::Scope;
use atlas_store::{Partition, Parts, Query};
use atlas_template::{Reference, Selector, Target};
use core::fmt;
use std::collections::BTreeSet;

/// How many publications are read at a time to find one that is active.
const AT_ONCE: usize = 16;

/// Names a publication: `pub-…@3`, or as its publisher calls it, `/acme:web-base@3`; the newest that
/// is offered where no revision is named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicationChoice {
    of: Of,
    revision: Option<RevisionNumber>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Of {
    Lineage(PublicationLineageId),
    Named(Scope, Name),
}

parse_errors! {
    /// Why a text names no publication.
    ParsePublicationChoiceError;
}

impl PublicationChoice {
    /// Reads the text form.
    ///
    /// # Errors
    ///
    /// It is neither the id of a publication lineage nor a publisher with a name, or what follows
    /// the `@` is no number.
    pub fn parse(text: &str) -> Result<Self, ParsePublicationChoiceError> {
        let refuse = |at| {
            let expected = "expected `pub-…` or `/PUBLISHER:NAME`, and perhaps `@` with a number";
            let message = format_args!("{} names no publication: {expected}", quoted(text));
            ParsePublicationChoiceError::new(at, message)
        };
        if text.starts_with("pub-") {
            let (lineage, number) = match text.split_once('@') {
                Some((lineage, number)) => (lineage, Some(number)),
                None => (text, None),
            };
            let lineage_id =
                PublicationLineageId::parse(lineage).map_err(|error| refuse(error.at()))?;
            let number = number.map(RevisionNumber::parse).transpose();
            return Ok(Self {
                of: Of::Lineage(lineage_id),
                revision: number.map_err(|error| refuse(lineage.len() + 1 + error.at()))?,
            });
        }
        let reference = Reference::parse(text).map_err(|_| refuse(0))?;
        let Target::Named {
            scope: Some(scope),
            name,
        } = reference.target
        else {
            return Err(refuse(0));
        };
        let revision = match reference.selector {
            None => None,
            Some(Selector::Number(number)) => Some(number),
            Some(_) => return Err(refuse(text.rfind('@').unwrap_or_default())),
        };
        Ok(Self {
            of: Of::Named(scope, name),
            revision,
        })
    }
}

impl PublicationChoice {
    /// What is said where it leads nowhere that is seen.
    pub(super) fn absent(&self, from: &Scope) -> Error {
        NotFound::new(Noun::Publication, self, from).into()
    }
}

impl fmt::Display for PublicationChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.of {
            Of::Lineage(lineage) => lineage.fmt(f)?,
            Of::Named(scope, name) => write!(f, "{scope}:{name}")?,
        }
        match self.revision {
            Some(number) => write!(f, "@{number}"),
            None => Ok(()),
        }
    }
}

text_form!(PublicationChoice, ParsePublicationChoiceError);

impl From<PublicationRef> for PublicationChoice {
    fn from(of: PublicationRef) -> Self {
        Self {
            of: Of::Lineage(of.lineage),
            revision: Some(of.revision),
        }
    }
}

impl From<PublicationLineageId> for PublicationChoice {
    fn from(lineage: PublicationLineageId) -> Self {
        Self {
            of: Of::Lineage(lineage),
            revision: None,
        }
    }
}

impl Unit {
    /// The publication that somebody at a scope means, as far as it is seen there; what is hidden
    /// reads as if it was not there, and costs as much.
    pub(super) async fn chosen(
        &self,
        choice: &PublicationChoice,
        from: &Scope,
    ) -> Result<PublicationRef, Error> {
        let seeing = self.seeing(from).await?;
        let absent = || choice.absent(from);
        let lineage = match &choice.of {
            Of::Lineage(lineage) => *lineage,
            Of::Named(publisher, name) => {
                let mut lineages = self.lineages_named(publisher, name, &seeing).await?;
                match (lineages.len(), lineages.pop_first()) {
                    (1, Some(lineage)) => lineage,
                    (_, None) => return Err(absent()),
                    (_, Some(first)) => {
                        lineages.insert(first);
                        let lineages = lineages.into_iter().collect();
                        let name = name.clone();
                        return Err(MarketRefusal::SeveralOfName { name, lineages }.into());
                    }
                }
            }
        };
        let chosen = match choice.revision {
            Some(revision) => Some(PublicationRef { lineage, revision }),
            None => self.newest_for(lineage, &seeing).await?,
        };
        let chosen = chosen.ok_or_else(absent)?;
        let found = self.publication(chosen).await?;
        match found.filter(|found| found.is_visible_to(&seeing.viewer)) {
            Some(_) => Ok(chosen),
            None => Err(absent()),
        }
    }

    /// What a publisher offers somebody under a name; its own account finds what is deprecated too.
    async fn lineages_named(
        &self,
        publisher: &Scope,
        name: &Name,
        seeing: &Seeing,
    ) -> Result<BTreeSet<PublicationLineageId>, Error> {
        let global = Partition::global();
        if seeing.viewer.is(publisher) {
            let parts = Parts::from((publisher.as_str(), name.as_str()));
            let own = self
                .all_by(&PUBLICATIONS, "publisher", &global, parts)
                .await?;
            return Ok(own.into_iter().map(|kept| kept.0.lineage).collect());
        }
        let mut lineages = BTreeSet::new();
        for to in &seeing.audiences {
            let parts = listed_parts(*to).and(name.as_str()).and(publisher.as_str());
            let listed = self.all_by(&LISTINGS, "name", &global, parts).await?;
            lineages.extend(listed.into_iter().map(|kept| kept.0.lineage));
        }
        Ok(lineages)
    }

    /// The newest publication of a lineage that is offered to somebody. Its publisher, who is in none
    /// of its own groups, means the newest that it offers at all, else the newest.
    async fn newest_for(
        &self,
        lineage: PublicationLineageId,
        seeing: &Seeing,
    ) -> Result<Option<PublicationRef>, Error> {
        if let Some(own) = self.newest_own(lineage, seeing).await? {
            return Ok(Some(own));
        }
        // Of what others publish nothing is read that is not offered: it takes no longer than what is
        // not there.
        let listed = self.listings_of(&[lineage].into(), seeing).await?;
        Ok(listed.last().copied())
    }

    /// The newest publication of a lineage of the account that looks: an active one where there is
    /// one.
    async fn newest_own(
        &self,
        lineage: PublicationLineageId,
        seeing: &Seeing,
    ) -> Result<Option<PublicationRef>, Error> {
        let Some(account) = seeing.viewer.account() else {
            return Ok(None);
        };
        let global = Partition::global();
        let own = Parts::from((account.as_str(), lineage.to_string()));
        let query = Query::all(&global).index("own").prefix(own);
        let mut query = query.reverse().limit(AT_ONCE);
        let mut newest = None;
        loop {
            let page = PUBLICATIONS.query(&self.tx, &query).await?;
            for publication in page.found.into_iter().map(|found| found.record.0) {
                if publication.state.is_active() {
                    return Ok(Some(publication.reference()));
                }
                newest = newest.or_else(|| Some(publication.reference()));
            }
            match page.next {
                Some(next) => query = query.after(Some(next)),
                None => return Ok(newest),
            }
        }
    }
}

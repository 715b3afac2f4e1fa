//! MultiCloud Images as they are looked at: states, lists, logs, diffs, coverage.

use crate::{
    Error, Page, Paging, Session,
    kind::{Mci, Versioned},
    states::{Located, State},
    stored::{StoredLineage, StoredRevision},
    tables::{CHANNELS, KeptLineage, KeptRevision, MCIS, REVISIONS, partition_of},
    unit::Unit,
};
use atlas_base::{Name, Tag, Timestamp};
use atlas_history::{Generation, LineageId, Marks, Origin, Revision, RevisionNumber, RevisionRef};
use atlas_image_id::CloudLocation;
use atlas_mci::{Content, Coverage, EditWarning, RequiredLocations};
use atlas_scope::{Permission, Scope};
use atlas_store::{Condition, Query};
use atlas_template::{ChannelName, Reference, Selector};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// A MultiCloud Image at one of its states.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct MciView {
    /// The lineage.
    pub lineage: LineageId,
    /// Where it is.
    pub scope: Scope,
    /// The current name of its HEAD.
    pub name: Name,
    /// Whether scopes below see it.
    pub shared: bool,
    /// Where it was cloned from.
    pub origin: Option<Origin>,
    /// The same in words, with the source's name where whoever looks at the clone sees it.
    pub cloned_from: Option<String>,
    /// When it was made.
    pub created: Timestamp,
    /// The generation of HEAD.
    pub generation: Generation,
    /// Whether HEAD holds anything that is not committed.
    pub edited: bool,
    /// What was merged into HEAD since its last commit: the next revision names it as a parent.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub merges: Vec<RevisionRef>,
    /// The newest revision.
    pub last: Option<RevisionNumber>,
    /// The revision that is shown; none for HEAD.
    pub revision: Option<Revision>,
    /// Its marks.
    pub marks: Marks,
    /// The locations that its revisions have to serve (ours).
    #[serde(skip_serializing_if = "RequiredLocations::is_empty")]
    pub required: RequiredLocations,
    /// What it holds.
    pub content: Content,
    /// Where it was looked at: the settings whose image has no record that is seen, in order (ours).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unregistered: Vec<CloudLocation>,
    /// Where it was edited: what to know about the edit.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<EditWarning>,
    /// Scopes further up with a visible one of the same name.
    pub shadows: Vec<Scope>,
}

/// A MultiCloud Image in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct MciSummary {
    /// The lineage.
    pub lineage: LineageId,
    /// Where it is.
    pub scope: Scope,
    /// The name of its HEAD.
    pub name: Name,
    /// The newest revision.
    pub last: Option<RevisionNumber>,
    /// Whether HEAD holds anything that is not committed.
    pub edited: bool,
    /// How many locations HEAD serves.
    pub locations: usize,
}

/// A revision in a log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct LogEntry {
    /// The revision.
    pub revision: Revision,
    /// Its marks.
    pub marks: Marks,
    /// The channels that point to it.
    pub channels: Vec<ChannelName>,
    /// Whether the managed channel `latest` points to it.
    pub latest: bool,
}

impl Session {
    /// A MultiCloud Image at the state that the reference names; HEAD where it names none.
    ///
    /// # Errors
    ///
    /// It is not there or not visible, or has no such state.
    pub async fn mci(&self, reference: &Reference, from: &Scope) -> Result<MciView, Error> {
        let unit = self.read().await?;
        let (located, _) = unit
            .locate_or_follow::<Mci>(reference, from, Permission::MciView)
            .await?;
        let usual = located.found.usual();
        let selector = reference.selector.as_ref().unwrap_or(&usual);
        let state = unit.state(&located.found, Some(selector)).await?;
        let content = state.content.content();
        let unregistered = unit.unregistered(content, &located.viewer).await?;
        let cloned_from = match &located.found.origin {
            Some(origin) => Some(unit.origin_words::<Mci>(origin, &located.viewer).await?),
            None => None,
        };
        let view = view(located, Some(state));
        Ok(MciView {
            cloned_from,
            unregistered,
            ..view
        })
    }

    /// The MultiCloud Images that a scope sees: its own, then those shared from above; by name.
    ///
    /// # Errors
    ///
    /// The scope is not there, the caller may not see any there, or the page is none of this list.
    pub async fn mcis(&self, from: &Scope, paging: &Paging) -> Result<Page<MciSummary>, Error> {
        let unit = self.read().await?;
        unit.enter(Permission::MciView, from).await?;
        let queries = seen_by_name(from)?;
        let summary = |kept: KeptLineage<Mci>| {
            let mci = kept.0;
            Ok(MciSummary {
                lineage: mci.lineage,
                name: mci.name().clone(),
                last: mci.last.map(|last| last.number),
                edited: mci.is_edited(),
                locations: mci.head.content().settings().len(),
                scope: mci.scope,
            })
        };
        unit.page(&MCIS, queries, paging, summary).await
    }

    /// The revisions of a lineage, newest first, with their marks and the channels that point to
    /// them. Each page reads all channels of the lineage.
    ///
    /// # Errors
    ///
    /// It is not there or not visible, or the page is none of this list.
    pub async fn mci_log(
        &self,
        reference: &Reference,
        from: &Scope,
        paging: &Paging,
    ) -> Result<Page<LogEntry>, Error> {
        let unit = self.read().await?;
        unit.log::<Mci>(reference, from, paging).await
    }

    /// The pair that a diff of one lineage compares unless two are named: the newest revision and
    /// the one before, or HEAD and the newest where HEAD holds edits (RightScale).
    ///
    /// # Errors
    ///
    /// It is not there or not visible, or has nothing to compare with.
    pub async fn diff_pair(
        &self,
        reference: &Reference,
        from: &Scope,
    ) -> Result<(Reference, Reference), Error> {
        let unit = self.read().await?;
        unit.pair::<Mci>(reference, from).await
    }

    /// Which locations the revisions of some lineages serve, side by side.
    ///
    /// # Errors
    ///
    /// One of them is not there or not visible.
    pub async fn coverage(
        &self,
        references: &[Reference],
        from: &Scope,
    ) -> Result<Coverage, Error> {
        let unit = self.read().await?;
        let mut coverage = Coverage::default();
        let mut lanes: BTreeMap<String, LineageId> = BTreeMap::new();
        for reference in references {
            let located = unit
                .locate::<Mci>(reference, from, Permission::MciView)
                .await?;
            let (mci, name) = (&located.found, located.found.name());
            let known = *lanes.entry(name.to_string()).or_insert(mci.lineage);
            let lane = if known == mci.lineage {
                name.to_string()
            } else {
                format!("{}:{name}", mci.scope)
            };
            let mut used = BTreeSet::new();
            for stored in unit.revisions(mci).await? {
                let content = unit.content(&mci.scope, stored.revision.content()).await?;
                let mut column = column(&stored.revision, content.content());
                if !used.insert(column.clone()) {
                    // Committed by hand on top of a release, whose tags it still carries.
                    let revision = &stored.revision;
                    column = format!("{} {}", revision.number(), revision.message().subject());
                }
                coverage.add(&lane, &column, content.content());
            }
        }
        Ok(coverage)
    }
}

impl Unit {
    /// The revisions of a lineage, newest first.
    pub(crate) async fn log<C: Versioned>(
        &self,
        reference: &Reference,
        from: &Scope,
        paging: &Paging,
    ) -> Result<Page<LogEntry>, Error> {
        let located = self.locate::<C>(reference, from, C::CAN.view).await?;
        let query = revisions_of(&located.found)?;
        let partition = partition_of(&located.found.scope)?;
        let channels = self
            .all(&CHANNELS, &partition, located.found.lineage.to_string())
            .await?;
        let latest = self.latest(&located.found).await?;
        let entry = |kept: KeptRevision| {
            let StoredRevision {
                revision, marks, ..
            } = kept.0;
            revision.verify()?;
            let here = channels.iter().map(|kept| &kept.0.channel);
            let here = here.filter(|channel| channel.current() == revision.number());
            Ok(LogEntry {
                channels: here.map(|channel| channel.name().clone()).collect(),
                latest: latest == Some(revision.number()),
                revision,
                marks,
            })
        };
        self.page(&REVISIONS, vec![query], paging, entry).await
    }

    /// The two states that a diff compares unless they are named.
    pub(crate) async fn pair<C: Versioned>(
        &self,
        reference: &Reference,
        from: &Scope,
    ) -> Result<(Reference, Reference), Error> {
        let located = self.locate::<C>(reference, from, C::CAN.diff).await?;
        let name = located.found.name();
        let Some(last) = located.found.last else {
            return Err(Error::NothingCommitted { name: name.clone() });
        };
        // Named as the caller named it: a scope that was said is a place to look from.
        let at = |selector| reference.clone().at(selector);
        if located.found.is_edited() {
            return Ok((at(Selector::Number(last.number)), at(Selector::Head)));
        }
        // An import may have gaps.
        let newest = revisions_of(&located.found)?.limit(2);
        match REVISIONS.query(&self.tx, &newest).await?.found.get(1) {
            Some(before) => Ok((
                at(Selector::Number(before.record.0.revision.number())),
                at(Selector::Number(last.number)),
            )),
            None => Err(Error::OneRevision { name: name.clone() }),
        }
    }
}

/// What asks for the lineages that a scope sees, by name: its own, then those shared from above.
pub(crate) fn seen_by_name(from: &Scope) -> Result<Vec<Query>, Error> {
    let query = |scope: Scope| {
        let query = Query::all(&partition_of(&scope)?)
            .index("name")
            .prefix(scope.as_str());
        // RightScale, Scalr: what stands above is seen where it is shared.
        Ok(if scope == *from {
            query
        } else {
            query.keep(Condition::is("shared", true))
        })
    };
    from.lineage().map(query).collect()
}

/// The revisions of a lineage, newest first.
pub(crate) fn revisions_of<C: Versioned>(of: &StoredLineage<C>) -> Result<Query, Error> {
    let query = Query::all(&partition_of(&of.scope)?);
    Ok(query.prefix(of.lineage.to_string()).reverse())
}

/// What a revision is called in a picture: the release it came from, so that lanes of one stream
/// stand side by side, else its number and message.
fn column(revision: &Revision, content: &Content) -> String {
    let said = |predicate| {
        let tag =
            |tag: &&Tag| tag.namespace() == Some("stream") && tag.predicate() == Some(predicate);
        content.tags().iter().find(tag).and_then(Tag::value)
    };
    match (said("name"), said("release")) {
        (Some(stream), Some(release)) => format!("{stream} {release}"),
        _ => format!("{} {}", revision.number(), revision.message().subject()),
    }
}

pub(crate) fn view(located: Located<Mci>, state: Option<State<Mci>>) -> MciView {
    let Located {
        found: mci,
        shadows,
        ..
    } = located;
    let (content, revision, marks) = match state {
        Some(state) => (state.content.content().clone(), state.revision, state.marks),
        None => (mci.head.content().clone(), None, Marks::default()),
    };
    MciView {
        lineage: mci.lineage,
        name: mci.name().clone(),
        shared: mci.shared,
        cloned_from: mci.origin.map(|origin| origin.words(None).to_string()),
        origin: mci.origin,
        created: mci.created,
        generation: mci.head.generation(),
        edited: mci.is_edited(),
        merges: mci.head.merges().iter().map(|it| it.revision).collect(),
        last: mci.last.map(|last| last.number),
        scope: mci.scope,
        required: mci.beside,
        revision,
        marks,
        content,
        unregistered: Vec::new(),
        warnings: Vec::new(),
        shadows,
    }
}

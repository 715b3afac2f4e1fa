//! What a launch begins with, loaded: a lineage at a state, and what its links mean today.

use super::{LaunchBase, LaunchSubject};
use crate::{
    Error,
    kind::{Mci, Template},
    states::{Located, State},
    stored::{StoredMci, StoredRevision, marks_of},
    tables::{CHANNELS, REVISIONS, channel_parts, partition_of},
    unit::Unit,
};
use atlas_base::{Name, Timestamp};
use atlas_history::{LineageId, Marks, Revision, RevisionNumber, highest_release};
use atlas_scope::{Permission, Scope};
use atlas_store::Query;
use atlas_template::{
    KnownMci, LaunchFrom, LaunchStep, LinkError, LinkSource, LinkTarget, LinkedState, MciChoice,
    Policy, Reference, Selector, SoakedRevision, TemplateSource, newest_allowed,
};
use std::{collections::BTreeMap, sync::Arc};

/// What a launch begins with, loaded.
#[derive(Debug)]
pub(crate) struct Sources {
    /// From where it is seen.
    pub(crate) viewer: Scope,
    /// Whether all of it is seen from the scope of whoever asks.
    pub(crate) is_own: bool,
    /// The policies that hold there, those of the highest scope first.
    pub(crate) policies: Arc<[Policy]>,
    /// The revisions that policies passed over.
    pub(crate) passed_over: Vec<LaunchStep>,
    /// The moments at which time alone changes any of this.
    pub(crate) moments: Vec<Timestamp>,
    base: Base,
}

#[derive(Debug)]
enum Base {
    Mci(LineageId, Box<State<Mci>>),
    Template(Box<TemplateBase>),
}

#[derive(Debug)]
struct TemplateBase {
    lineage: LineageId,
    state: State<Template>,
    links: Vec<SeenLink>,
    mci: Choice,
}

/// A link whose MultiCloud Image is seen.
#[derive(Debug)]
struct SeenLink {
    lineage: LineageId,
    name: Name,
    state: Result<State<Mci>, LinkError>,
}

#[derive(Debug)]
enum Choice {
    Unsaid,
    Linked(LineageId),
    Override(LineageId, Box<State<Mci>>),
}

impl Sources {
    /// When time alone changes any of this, at the earliest.
    pub(crate) fn until(&self) -> Option<Timestamp> {
        self.moments.iter().min().copied()
    }

    /// The links, as the decision takes them.
    pub(crate) fn links(&self) -> Vec<LinkSource<'_>> {
        let Base::Template(base) = &self.base else {
            return Vec::new();
        };
        let links = base.links.iter().map(|link| LinkSource {
            lineage: link.lineage,
            name: Some(&link.name),
            state: link.state.as_ref().map(|state| state.source(link.lineage)),
        });
        links.collect()
    }

    /// All of it, as the decision takes it; `links` are its [`links`](Self::links).
    pub(crate) fn from<'a>(&'a self, links: &'a [LinkSource<'a>]) -> LaunchFrom<'a> {
        let base = match &self.base {
            Base::Mci(lineage, state) => return LaunchFrom::Mci(state.source(*lineage)),
            Base::Template(base) => base,
        };
        LaunchFrom::Template {
            template: TemplateSource {
                lineage: base.lineage,
                content: &base.state.content,
                revision: base.state.revision.as_ref(),
                marks: &base.state.marks,
            },
            links,
            mci: match &base.mci {
                Choice::Unsaid => MciChoice::Unsaid,
                Choice::Linked(lineage) => MciChoice::Linked(*lineage),
                Choice::Override(lineage, state) => MciChoice::Override(state.source(*lineage)),
            },
        }
    }
}

impl Unit {
    /// Loads what a launch begins with, as far as the caller sees it.
    pub(crate) async fn sources(&self, subject: &LaunchSubject) -> Result<Sources, Error> {
        let from = &subject.scope;
        match &subject.base {
            LaunchBase::Mci(reference) => {
                let view = Permission::MciView;
                let found = self.locate_or_follow(reference, from, view).await?;
                let (located, followed) = found;
                let policies = self.policies_above(&located.viewer).await?;
                let mut loading = Loading::new(self, policies);
                loading.is_own &= located.viewer == *from && followed.is_none();
                let selector = match followed {
                    Some(_) => Some(&Selector::Head),
                    None => reference.selector.as_ref(),
                };
                let state = loading.state(&located, selector).await?;
                let base = Base::Mci(located.found.lineage, Box::new(state));
                Ok(loading.done(located.viewer, base))
            }
            LaunchBase::Template { template, mci } => {
                let view = Permission::TemplateView;
                let found = self.locate_or_follow::<Template>(template, from, view);
                let (located, followed) = found.await?;
                let selector = match followed {
                    Some(_) => Some(&Selector::Head),
                    None => template.selector.as_ref(),
                };
                let state = self.state(&located.found, selector).await?;
                let Located {
                    found,
                    viewer,
                    until,
                    ..
                } = located;
                let policies = self.policies_above(&viewer).await?;
                let mut loading = Loading::new(self, policies);
                loading.is_own &= viewer == *from && followed.is_none();
                loading.followed = followed;
                loading.moments.extend(until);
                let mut links = Vec::new();
                for link in state.content.content().links() {
                    links.extend(loading.link(link.lineage, link.target, &viewer).await?);
                }
                let mci = match mci {
                    None => Choice::Unsaid,
                    Some(mci) => loading.choice(mci, from, &state, &links).await?,
                };
                let base = Base::Template(Box::new(TemplateBase {
                    lineage: found.lineage,
                    state,
                    links,
                    mci,
                }));
                Ok(loading.done(viewer, base))
            }
        }
    }

    async fn located_mci(
        &self,
        reference: &Reference,
        from: &Scope,
    ) -> Result<Located<Mci>, Error> {
        self.locate(reference, from, Permission::MciView).await
    }

    /// As much of a MultiCloud Image as says what a link means, and the revision that it names.
    async fn known_for(
        &self,
        mci: &StoredMci,
        target: &LinkTarget,
    ) -> Result<(KnownMci, Option<StoredRevision>), Error> {
        let partition = partition_of(&mci.scope)?;
        let (mut revisions, mut channels) = (BTreeMap::new(), Vec::new());
        let wanted = match target {
            LinkTarget::Head => None,
            LinkTarget::Latest => return Ok((self.known_mci(mci, None).await?, None)),
            LinkTarget::Revision(number) => Some(*number),
            LinkTarget::Channel(name) => {
                let parts = channel_parts(mci.lineage, name);
                let found = CHANNELS.get(&self.tx, &partition, parts).await?;
                channels.extend(found.map(|kept| kept.0.channel));
                channels.first().map(atlas_template::Channel::current)
            }
        };
        let mut named = None;
        if let Some(number) = wanted {
            match self.revision(mci, number).await {
                Ok(stored) => {
                    revisions.insert(number, stored.marks.clone());
                    named = Some(stored);
                }
                // The refusal tells what is there instead.
                Err(Error::NoRevision { .. }) => {
                    return Ok((self.known_mci(mci, wanted).await?, None));
                }
                Err(error) => return Err(error),
            }
        }
        let known = KnownMci {
            name: mci.name().clone(),
            has_head: mci.imported.is_none(),
            revisions,
            channels,
        };
        Ok((known, named))
    }
}

/// What is found on the way.
struct Loading<'a> {
    unit: &'a Unit,
    policies: Vec<Policy>,
    passed_over: Vec<LaunchStep>,
    moments: Vec<Timestamp>,
    is_own: bool,
    /// The scope that holds the template where that is a HEAD of another account, which is followed:
    /// what it links is seen from there.
    followed: Option<Scope>,
}

/// How many revisions are read at a time to find one that policies let pass.
const AT_ONCE: usize = 16;

impl<'a> Loading<'a> {
    fn new(unit: &'a Unit, policies: Vec<Policy>) -> Self {
        Self {
            unit,
            policies,
            passed_over: Vec::new(),
            moments: Vec::new(),
            is_own: true,
            followed: None,
        }
    }

    fn done(self, viewer: Scope, base: Base) -> Sources {
        Sources {
            viewer,
            policies: self.policies.into(),
            passed_over: self.passed_over,
            moments: self.moments,
            is_own: self.is_own,
            base,
        }
    }

    /// The state of a MultiCloud Image that a selector means under the policies.
    async fn state(
        &mut self,
        located: &Located<Mci>,
        selector: Option<&Selector>,
    ) -> Result<State<Mci>, Error> {
        self.moments.extend(located.until);
        let mci = &located.found;
        let chosen = match selector {
            None | Some(Selector::Latest) => self.newest(mci).await?,
            Some(Selector::Requirement(wanted)) if self.passes_over() => {
                let mut revisions = self.unit.revisions(mci).await?;
                let fits = |marks: &Marks| marks.selectable().is_some_and(|it| wanted.matches(it));
                revisions.retain(|stored| fits(&stored.marks));
                let mut allowed = Vec::with_capacity(revisions.len());
                for stored in revisions {
                    if self.among(mci, core::slice::from_ref(&stored)).is_some() {
                        allowed.push(stored);
                    }
                }
                highest_release(wanted, &marks_of(&allowed))
            }
            _ => None,
        };
        match chosen {
            Some(number) => self.unit.committed(mci, number).await,
            // Where nothing is let pass, the policies themselves refuse what is meant without them.
            None => self.unit.state(mci, selector).await,
        }
    }

    fn passes_over(&self) -> bool {
        self.policies.iter().any(Policy::passes_over)
    }

    /// The newest revision that the policies let pass; none where they have no say in it, or let
    /// none pass.
    async fn newest(&mut self, mci: &StoredMci) -> Result<Option<RevisionNumber>, Error> {
        if !self.passes_over() {
            return Ok(None);
        }
        let query = Query::all(&partition_of(&mci.scope)?).prefix(mci.lineage.to_string());
        let mut query = query.reverse().limit(AT_ONCE);
        loop {
            let page = REVISIONS.query(&self.unit.tx, &query).await?;
            let found: Vec<_> = page.found.into_iter().map(|it| it.record.0).collect();
            let chosen = self.among(mci, &found);
            match page.next {
                Some(next) if chosen.is_none() => query = query.after(Some(next)),
                _ => return Ok(chosen),
            }
        }
    }

    /// The newest of some revisions that the policies let pass; what they do not is noted.
    fn among(&mut self, mci: &StoredMci, found: &[StoredRevision]) -> Option<RevisionNumber> {
        let now = self.unit.now;
        let revisions: Vec<_> = found.iter().map(soaked).collect();
        let (chosen, passed) = newest_allowed(&self.policies, mci.lineage, &revisions, now);
        for revision in &revisions {
            let committed = Some(revision.committed);
            let changes = |policy: &Policy| policy.changes_at(committed, None, now);
            self.moments
                .extend(self.policies.iter().filter_map(changes));
        }
        let name = || mci.name().clone();
        let steps = passed.into_iter().map(|passed| LaunchStep::PassedOver {
            mci: name(),
            passed,
        });
        self.passed_over.extend(steps);
        chosen
    }

    /// What a link means today; none where its MultiCloud Image is not seen.
    async fn link(
        &mut self,
        lineage: LineageId,
        target: &LinkTarget,
        viewer: &Scope,
    ) -> Result<Option<SeenLink>, Error> {
        let followed = self.followed.as_ref();
        let located = self.unit.located_link(lineage, viewer, followed).await?;
        let Some(located) = located else {
            return Ok(None);
        };
        let mci = &located.found;
        self.moments.extend(located.until);
        let mut target = target.clone();
        if target == LinkTarget::Latest
            && let Some(number) = self.newest(mci).await?
        {
            target = LinkTarget::Revision(number);
        }
        let (known, named) = self.unit.known_for(mci, &target).await?;
        let state = match (known.state(&target), named) {
            (Ok(LinkedState::Revision(_)), Some(named)) => Ok(self.unit.opened(mci, named).await?),
            (Ok(state), _) => Ok(self.unit.linked_state(mci, state).await?),
            (Err(error), _) => Err(error),
        };
        Ok(Some(SeenLink {
            lineage,
            name: mci.name().clone(),
            state,
        }))
    }

    /// Which MultiCloud Image the caller wants: one of the links, if the reference leads to the state
    /// that the link means, else one in their place.
    async fn choice(
        &mut self,
        reference: &Reference,
        from: &Scope,
        template: &State<Template>,
        links: &[SeenLink],
    ) -> Result<Choice, Error> {
        let located = self.unit.located_mci(reference, from).await?;
        self.is_own &= located.viewer == *from;
        let lineage = located.found.lineage;
        let is_linked = template.content.content().link(lineage).is_some();
        if is_linked && reference.selector.is_none() {
            self.moments.extend(located.until);
            return Ok(Choice::Linked(lineage));
        }
        let state = self.state(&located, reference.selector.as_ref()).await?;
        let link = links.iter().find(|link| link.lineage == lineage);
        let linked = link.and_then(|link| link.state.as_ref().ok());
        let number = |state: &State<Mci>| state.revision.as_ref().map(Revision::number);
        if linked.is_some_and(|linked| number(linked) == number(&state)) {
            return Ok(Choice::Linked(lineage));
        }
        Ok(Choice::Override(lineage, Box::new(state)))
    }
}

fn soaked(stored: &StoredRevision) -> SoakedRevision<'_> {
    SoakedRevision {
        number: stored.revision.number(),
        committed: stored.revision.time(),
        marks: &stored.marks,
    }
}

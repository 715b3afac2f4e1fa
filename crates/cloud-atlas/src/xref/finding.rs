//! What is found of uses, through indexes.

use super::XrefView;
use crate::{
    Error,
    kind::{Mci, Template, Versioned},
    referrers::mci_state,
    sight::Sight,
    stored::{StoredLineage, StoredMci, StoredServer, place},
    tables::{CHANNELS, LOCKS, REVISIONS, ROLE_MAPS, SERVERS, TEMPLATES, partition_of},
    unit::Unit,
};
use atlas_history::{LineageId, Revision};
use atlas_image::{ImageRecord, Referrer, ReferrerKind, Usage};
use atlas_image_id::ImageId;
use atlas_scope::{Permission, Scope, visible};
use atlas_store::Query;
use atlas_template::{Channel, LinkedState, Selector, Xref, XrefNode};
use core::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// The most revisions of a lineage that are looked at though nothing uses them, the newest first.
const MOST: usize = 100;

/// Uses on their way to an answer.
pub(super) struct Finding<'a> {
    unit: &'a Unit,
    /// From where all is seen.
    viewer: &'a Scope,
    xref: Xref,
}

/// How a channel of a kind of lineage joins the uses.
type AddChannel = fn(&mut Xref, LineageId, &Channel);

impl<'a> Finding<'a> {
    pub(super) fn new(unit: &'a Unit, viewer: &'a Scope) -> Self {
        Self {
            unit,
            viewer,
            xref: Xref::default(),
        }
    }

    /// A MultiCloud Image: what its states use, and who uses it.
    pub(super) async fn mci(
        mut self,
        of: &StoredMci,
        selector: Option<&Selector>,
    ) -> Result<XrefView, Error> {
        self.users_of_mci(of).await?;
        let (states, left_out) = self.states(of, selector).await?;
        self.uses_of_mci(of, &states).await?;
        let lineage = of.lineage;
        let root = |state| XrefNode::Mci { lineage, state };
        Ok(XrefView {
            roots: states.into_iter().map(root).collect(),
            xref: self.xref,
            hidden: None,
            left_out,
        })
    }

    /// A template: what its states use, and who uses it.
    pub(super) async fn template(
        mut self,
        of: &StoredLineage<Template>,
        selector: Option<&Selector>,
    ) -> Result<XrefView, Error> {
        self.users_of_template(of).await?;
        let (states, left_out) = self.states(of, selector).await?;
        self.uses_of_template(of, &states).await?;
        let lineage = of.lineage;
        let root = |state| XrefNode::Template { lineage, state };
        Ok(XrefView {
            roots: states.into_iter().map(root).collect(),
            xref: self.xref,
            hidden: None,
            left_out,
        })
    }

    /// An image: who uses it, by what is told of who refers to its record.
    pub(super) async fn image(
        mut self,
        record: &ImageRecord,
        usage: &Usage,
    ) -> Result<XrefView, Error> {
        let mut mcis: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
        for referrer in usage.referrers() {
            if let Some((lineage, state)) = mci_state(referrer) {
                let mci = (lineage, &referrer.scope);
                mcis.entry(mci).or_default().insert(state);
                continue;
            }
            match referrer.kind {
                ReferrerKind::RoleMap => self.role_map(referrer, record).await?,
                ReferrerKind::Server => self.server(referrer).await?,
                ReferrerKind::Lock => self.lock(referrer).await?,
                // Channels come with their lineages; where an image came from, and what replaces
                // it, is no use.
                _ => {}
            }
        }
        for ((lineage, scope), states) in mcis {
            // It is seen from here, or else from its own scope.
            let from = [self.viewer, scope];
            if let Some(found) = self.unit.lineage_seen::<Mci>(lineage, &from).await? {
                self.users_of_mci(&found).await?;
                let states: Vec<_> = states.into_iter().collect();
                self.uses_of_mci(&found, &states).await?;
            }
        }
        Ok(XrefView {
            roots: places_of(&self.xref, record),
            xref: self.xref,
            hidden: usage.hidden(),
            left_out: 0,
        })
    }

    /// The states of a lineage, HEAD first and then the newest: the one that is named, or else those
    /// that are looked at; and how many are not. Its users have been found.
    async fn states<C: Versioned>(
        &self,
        of: &StoredLineage<C>,
        selector: Option<&Selector>,
    ) -> Result<(Vec<LinkedState>, u32), Error> {
        match selector {
            Some(Selector::Head) => Ok((vec![LinkedState::Head], 0)),
            Some(selector) => {
                let number = Box::pin(self.unit.number_of(of, Some(selector))).await?;
                Ok((vec![LinkedState::Revision(number)], 0))
            }
            None => {
                let used = self.xref.states(of.lineage).into_iter();
                let mut numbers: BTreeSet<_> = used
                    .filter_map(|state| state.revision().map(Reverse))
                    .collect();
                let query = Query::all(&partition_of(&of.scope)?);
                let query = query.prefix(of.lineage.to_string()).reverse().limit(MOST);
                let page = REVISIONS.query(&self.unit.tx, &query).await?;
                let newest = page.found.iter();
                numbers.extend(newest.map(|found| Reverse(found.record.0.revision.number())));
                let last = of.last.as_ref().map_or(0, |last| last.number.get());
                let looked_at = u32::try_from(numbers.len()).unwrap_or(u32::MAX);
                let revisions = numbers
                    .into_iter()
                    .map(|Reverse(number)| LinkedState::Revision(number));
                let head = of.imported.is_none().then_some(LinkedState::Head);
                let states = head.into_iter().chain(revisions).collect();
                Ok((states, last.saturating_sub(looked_at)))
            }
        }
    }

    async fn uses_of_mci(&mut self, of: &StoredMci, states: &[LinkedState]) -> Result<(), Error> {
        self.xref.held_at(of.lineage, &of.scope, of.name());
        for state in states {
            let state_of = self.unit.state(of, Some(&selector(*state))).await?;
            let content = state_of.content.content();
            self.xref.add_mci(of.lineage, *state, content);
        }
        Ok(())
    }

    async fn users_of_mci(&mut self, of: &StoredMci) -> Result<(), Error> {
        let (unit, lineage) = (self.unit, of.lineage);
        let known = unit.known_mci(of, None).await?;
        let above = unit.sight(Permission::TemplateView).await?;
        for (partition, account) in unit.partitions_below(&of.scope).await? {
            let sight = unit.sight_into(&above, &account).await?;
            let found = unit.all_by(&TEMPLATES, "linked", &partition, lineage.to_string());
            for template in found.await?.into_iter().map(|kept| kept.0) {
                if !self.sees(&sight, &template.scope, template.shared) {
                    continue;
                }
                for (state, target) in unit.states_linking(&template, of).await? {
                    let user = (template.lineage, state, template.name());
                    let known = Some(&known);
                    self.xref.add_link(user, lineage, &target, known);
                }
                self.users_of_template(&template).await?;
            }
        }
        self.users(of, "mci", Xref::add_channel).await
    }

    async fn uses_of_template(
        &mut self,
        of: &StoredLineage<Template>,
        states: &[LinkedState],
    ) -> Result<(), Error> {
        let (unit, lineage) = (self.unit, of.lineage);
        self.xref.held_at(lineage, &of.scope, of.name());
        for state in states {
            let content = unit.state(of, Some(&selector(*state))).await?.content;
            let content = content.content();
            let mut known = BTreeMap::new();
            for link in unit.linked(content, self.viewer).await? {
                if let Some((stored, mci)) = link.seen {
                    let name = stored.name();
                    self.xref.held_at(link.lineage, &stored.scope, name);
                    known.insert(link.lineage, mci);
                }
                if let Ok(meant) = link.state {
                    let number = meant.revision.as_ref().map(Revision::number);
                    let meaning = number.map_or(LinkedState::Head, LinkedState::Revision);
                    let content = meant.content.content();
                    self.xref.add_mci(link.lineage, meaning, content);
                }
            }
            self.xref.add_template(lineage, *state, content, &known);
        }
        Ok(())
    }

    async fn users_of_template(&mut self, of: &StoredLineage<Template>) -> Result<(), Error> {
        self.users(of, "template", Xref::add_template_channel).await
    }

    /// The channels, servers and locks of a lineage.
    async fn users<C: Versioned>(
        &mut self,
        of: &StoredLineage<C>,
        index: &'static str,
        add: AddChannel,
    ) -> Result<(), Error> {
        self.xref.held_at(of.lineage, &of.scope, of.name());
        let (at, lineage) = (partition_of(&of.scope)?, of.lineage.to_string());
        for kept in self.unit.all(&CHANNELS, &at, lineage).await? {
            add(&mut self.xref, of.lineage, &kept.0.channel);
        }
        self.servers(index, of.lineage, &of.scope).await?;
        self.locks(of.lineage, &of.scope).await
    }

    fn sees(&self, sight: &Sight, scope: &Scope, is_shared: bool) -> bool {
        visible(scope, is_shared, self.viewer) || sight.sees(self.unit, scope)
    }

    /// The servers that inherited from a lineage, as far as they are seen.
    async fn servers(
        &mut self,
        index: &'static str,
        lineage: LineageId,
        scope: &Scope,
    ) -> Result<(), Error> {
        let unit = self.unit;
        let above = unit.sight(Permission::ServerView).await?;
        for (partition, account) in unit.partitions_below(scope).await? {
            let sight = unit.sight_into(&above, &account).await?;
            let found = unit.all_by(&SERVERS, index, &partition, lineage.to_string());
            for server in found.await?.into_iter().map(|kept| kept.0) {
                self.add_server(&server, Some(&sight)).await?;
            }
        }
        Ok(())
    }

    /// A server, where it is seen; without a sight it is known to be.
    async fn add_server(
        &mut self,
        server: &StoredServer,
        sight: Option<&Sight>,
    ) -> Result<(), Error> {
        let StoredServer { scope, definition } = server;
        let id = definition.deployment();
        // INVARIANT: a server's deployment is there as long as the server is.
        if let Some(deployment) = self.unit.deployment_by_id(scope, id).await?
            && sight.is_none_or(|sight| self.sees(sight, scope, deployment.shared))
        {
            self.xref.add_server(scope, &deployment.name, definition);
        }
        Ok(())
    }

    /// The registered locks that hold a lineage, as far as they are seen.
    async fn locks(&mut self, lineage: LineageId, scope: &Scope) -> Result<(), Error> {
        let unit = self.unit;
        let above = unit.sight(Permission::LockView).await?;
        for (partition, account) in unit.partitions_below(scope).await? {
            let sight = unit.sight_into(&above, &account).await?;
            let found = unit.all_by(&LOCKS, "revision", &partition, lineage.to_string());
            for lock in found.await?.into_iter().map(|kept| kept.0) {
                if sight.sees(unit, lock.scope()) {
                    self.xref.add_lock(&lock);
                }
            }
        }
        Ok(())
    }

    async fn role_map(&mut self, referrer: &Referrer, record: &ImageRecord) -> Result<(), Error> {
        let at = partition_of(&referrer.scope)?;
        let found = ROLE_MAPS.get(&self.unit.tx, &at, referrer.id.as_str());
        if let Some(map) = found.await? {
            self.xref.add_role_map(&map.0, record);
        }
        Ok(())
    }

    async fn server(&mut self, referrer: &Referrer) -> Result<(), Error> {
        let at = partition_of(&referrer.scope)?;
        let found = SERVERS.get(&self.unit.tx, &at, referrer.id.as_str());
        match found.await? {
            Some(server) => self.add_server(&server.0, None).await,
            None => Ok(()),
        }
    }

    async fn lock(&mut self, referrer: &Referrer) -> Result<(), Error> {
        let at = partition_of(&referrer.scope)?;
        let found = LOCKS.get(&self.unit.tx, &at, referrer.id.as_str()).await?;
        if let Some(lock) = found {
            self.xref.add_lock(&lock.0);
        }
        Ok(())
    }
}

/// The nodes of an image: one a place that something names it at.
fn places_of(xref: &Xref, record: &ImageRecord) -> Vec<XrefNode> {
    let (location, wanted) = (record.location(), record.image_id().at_place());
    let is_it = |node: &&XrefNode| {
        let XrefNode::Image {
            location: at,
            image,
        } = node
        else {
            return false;
        };
        let image = ImageId::from_stored(at.cloud(), image);
        place(at, &image) == *location && image.at_place() == wanted
    };
    let found: Vec<_> = xref.nodes().iter().filter(is_it).cloned().collect();
    if found.is_empty() {
        return vec![XrefNode::image(record)];
    }
    found
}

fn selector(state: LinkedState) -> Selector {
    match state {
        LinkedState::Head => Selector::Head,
        LinkedState::Revision(number) => Selector::Number(number),
    }
}

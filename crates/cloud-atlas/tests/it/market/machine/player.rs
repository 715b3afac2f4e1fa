//! Three accounts that live through a history, and what no step may change.

use super::super::EAST;
use super::steps::{ACCOUNTS, Account, MCIS, Own, Step, To};
use crate::support::{World, add_credential, image, most, p, revoke, set};
use cloud_atlas::{
    CloneMci, CommitTemplate, Error, GroupRef, ImportPublication, LineageKind, MergeMci, OfferHead,
    PublicationChoice, PublishAsk, PublishTo, Session, TemplateChange,
    base::Digest,
    history::{LineageId, RevisionNumber},
    image::ImageRecordId,
    image_id::Cloud,
    market::{CatalogueQuery, PublicationRef, PublicationState, SeenPublication},
    scope::{Role, Scope},
    template::{Reference, Selector},
};
use core::fmt::Debug;
use proptest::sample::Index;
use std::collections::{BTreeMap, BTreeSet};

/// A revision that an account imported.
type Imported = (Account, LineageId, RevisionNumber);

pub(super) struct Player {
    pub(super) world: World,
    pub(super) admin: Session,
    lineages: BTreeMap<Own, LineageId>,
    members: BTreeSet<(Account, Account)>,
    publications: BTreeMap<PublicationRef, (Own, SeenPublication)>,
    imports: BTreeMap<Imported, Digest>,
    following: BTreeSet<(Account, Own)>,
    offered: BTreeSet<Own>,
    pub(super) images: u64,
    pub(super) records: Vec<(Account, ImageRecordId)>,
    /// What came of each step.
    pub(super) told: Vec<String>,
    /// How many imports were made, how many reads were refused to strangers, and how many changes
    /// were made by plans.
    pub(super) counts: [usize; 3],
}

pub(super) fn scope(account: Account) -> Scope {
    p(ACCOUNTS[account])
}

fn name(of: Own) -> String {
    match of {
        Own::Mci(account, number) => format!("web-{account}-{number}"),
        Own::Template(account) => format!("front-{account}"),
    }
}

fn kind(of: Own) -> LineageKind {
    match of {
        Own::Mci(..) => LineageKind::Mci,
        Own::Template(_) => LineageKind::Template,
    }
}

pub(super) fn chosen<T: Clone>(of: &[T], index: Index) -> Option<T> {
    (!of.is_empty()).then(|| index.get(of).clone())
}

/// Somebody who only looks, in one account.
fn observer(account: Account) -> String {
    format!("looks-{account}")
}

impl Player {
    pub(super) async fn new(world: World) -> Self {
        let admin = world.admin();
        admin.add_scope(&p("/gamma")).await.unwrap();
        add_credential(&admin, "/gamma", Cloud::Aws).await.unwrap();
        let mut lineages = BTreeMap::new();
        for account in 0..ACCOUNTS.len() {
            let at = scope(account);
            let who = p(&observer(account));
            admin.add_principal(&who).await.unwrap();
            admin.grant(&who, &Role::OBSERVER, &at, None).await.unwrap();
            admin.make_group(&at, &p("friends")).await.unwrap();
            for number in 0..MCIS {
                let of = Own::Mci(account, number);
                let made = admin.create_mci(&at, p(&name(of))).await.unwrap();
                lineages.insert(of, made.lineage);
            }
            let of = Own::Template(account);
            let made = admin.create_template(&at, p(&name(of))).await.unwrap();
            lineages.insert(of, made.lineage);
        }
        let mut player = Self {
            world,
            admin,
            lineages,
            members: BTreeSet::new(),
            publications: BTreeMap::new(),
            imports: BTreeMap::new(),
            following: BTreeSet::new(),
            offered: BTreeSet::new(),
            images: 0,
            records: Vec::new(),
            told: Vec::new(),
            counts: [0; 3],
        };
        for account in 0..ACCOUNTS.len() {
            for number in 0..MCIS {
                player.act(&Step::Commit(account, number)).await;
            }
            let link = Step::Link(account, Own::Mci(account, 0));
            for step in [link, Step::CommitTemplate(account)] {
                player.act(&step).await;
            }
        }
        player
    }

    pub(super) fn tell<T: Debug>(&mut self, outcome: Result<T, Error>) -> Option<T> {
        self.told.push(match &outcome {
            Ok(done) => format!("{done:?}"),
            Err(error) => format!("refused: {error}"),
        });
        outcome.ok()
    }

    fn reference(&self, of: Own) -> Reference {
        Reference::lineage(self.lineages[&of])
    }

    fn sees(&self, account: Account, publication: &(Own, SeenPublication)) -> bool {
        let (of, seen) = publication;
        let to = seen.visibility.as_ref().unwrap();
        let is_member = self.members.contains(&(account, of.account()));
        of.account() == account || *to == cloud_atlas::market::Visibility::Public || is_member
    }

    async fn numbers(&self, of: Own) -> Vec<RevisionNumber> {
        let (at, reference) = (scope(of.account()), self.reference(of));
        let last = match kind(of) {
            LineageKind::Mci => self
                .admin
                .mci(&reference, &at)
                .await
                .ok()
                .and_then(|it| it.last),
            LineageKind::Template => {
                let found = self.admin.template(&reference, &at).await.ok();
                found.and_then(|it| it.last)
            }
        };
        let last = last.map_or(0, RevisionNumber::get);
        (1..=last).filter_map(RevisionNumber::new).collect()
    }

    pub(super) async fn step(&mut self, step: &Step) {
        self.world.clock.advance_secs(60);
        let before = self.imports.clone();
        Box::pin(self.act(step)).await;
        // An import goes when its own account deletes it, and never else.
        if !matches!(step, Step::DeleteImport(..)) {
            for (import, digest) in &before {
                assert_eq!(self.imports.get(import), Some(digest), "{step:?}");
            }
        }
        self.publications_are_known().await;
        for account in 0..ACCOUNTS.len() {
            self.imports_stay(account).await;
            self.catalogue_holds(account).await;
            self.nothing_else_is_seen(account).await;
        }
    }

    /// Publications change their state alone, and none ever goes.
    async fn publications_are_known(&mut self) {
        let mut count = 0;
        for account in 0..ACCOUNTS.len() {
            let page = self
                .admin
                .publications(&scope(account), &most())
                .await
                .unwrap();
            for seen in page.items {
                let known = self.publications.get_mut(&seen.publication);
                let (_, known) = known.unwrap();
                assert_eq!(known.digest, seen.digest);
                *known = seen;
                count += 1;
            }
        }
        assert_eq!(count, self.publications.len());
    }

    async fn imports_stay(&mut self, account: Account) {
        let page = self.admin.imports(&scope(account), &most()).await.unwrap();
        let found: BTreeSet<_> = page
            .items
            .iter()
            .map(|it| (account, it.lineage, it.revision))
            .collect();
        let known = self.imports.keys().filter(|it| it.0 == account);
        assert_eq!(found, known.copied().collect());
    }

    async fn catalogue_holds(&self, account: Account) {
        let query = CatalogueQuery::default();
        let page = self.admin.catalogue(&query, &scope(account), &most()).await;
        let found: BTreeMap<_, _> = page
            .unwrap()
            .items
            .into_iter()
            .map(|it| (it.publication, it.revision))
            .collect();
        let mut expected = BTreeMap::new();
        for (reference, publication) in &self.publications {
            let (of, seen) = publication;
            let listed = match seen.visibility.as_ref().unwrap() {
                cloud_atlas::market::Visibility::Public => true,
                cloud_atlas::market::Visibility::Groups(_) => {
                    self.members.contains(&(account, of.account()))
                }
            };
            if listed && seen.deprecated.is_none() {
                let newest = expected
                    .entry(reference.lineage)
                    .or_insert(reference.revision);
                *newest = reference.revision.max(*newest);
            }
        }
        assert_eq!(found, expected, "{}", ACCOUNTS[account]);
    }

    /// Through the market an account sees nothing of another's but what it imported or follows.
    async fn nothing_else_is_seen(&mut self, account: Account) {
        let who = self.world.who(&observer(account));
        let at = scope(account);
        for (of, lineage) in &self.lineages {
            if of.account() == account {
                continue;
            }
            let reference = Reference::lineage(*lineage);
            let has = self
                .imports
                .keys()
                .any(|it| it.0 == account && it.1 == *lineage);
            let follows = self.following.contains(&(account, *of))
                && self.offered.contains(of)
                && self.members.contains(&(account, of.account()));
            let seen = match kind(*of) {
                LineageKind::Mci => who.mci(&reference, &at).await.is_ok(),
                LineageKind::Template => who.template(&reference, &at).await.is_ok(),
            };
            assert_eq!(seen, has || follows, "{of:?} from {at}");
            let log = match kind(*of) {
                LineageKind::Mci => who.mci_log(&reference, &at, &most()).await,
                LineageKind::Template => who.template_log(&reference, &at, &most()).await,
            };
            match log {
                Ok(log) => {
                    let numbers = log.items.iter().map(|it| it.revision.number());
                    for number in numbers {
                        assert!(self.imports.contains_key(&(account, *lineage, number)));
                    }
                }
                Err(_) => self.counts[1] += 1,
            }
        }
        let publications: Vec<_> = self.publications.values().cloned().collect();
        for publication in publications {
            let choice = PublicationChoice::from(publication.1.publication);
            let found = who.publication(&choice, &at).await.is_ok();
            assert_eq!(found, self.sees(account, &publication));
        }
    }

    async fn import(&mut self, account: Account, publication: PublicationRef) {
        let ask = ImportPublication {
            publication: publication.into(),
            account: scope(account),
        };
        let known = self.publications[&publication].clone();
        let (of, seen) = &known;
        let has = (account, seen.source, publication.revision);
        let may = of.account() != account && self.sees(account, &known);
        let is_offered = seen.deprecated.is_none() || self.imports.contains_key(&has);
        let done = self.admin.import_publication(&ask).await;
        if !may || !is_offered {
            assert!(done.is_err(), "{done:?}");
        }
        if let Some(done) = self.tell(done) {
            for made in &done.imported {
                let (_, seen) = &self.publications[&made.publication];
                let key = (account, made.lineage, made.revision);
                self.imports.insert(key, seen.digest);
                self.counts[0] += 1;
            }
            let again = self.admin.import_publication(&ask).await.unwrap();
            assert_eq!(again.imported, []);
            assert_eq!(again.there.len(), done.imported.len() + done.there.len());
        }
    }

    async fn act(&mut self, step: &Step) {
        let admin = self.admin.clone();
        let group = GroupRef::Name(p("friends"));
        match step {
            Step::Join(who, of) => {
                let invited = admin.invite(&group, &scope(*of)).await;
                let Ok(invited) = invited else { return };
                let code = invited.code;
                let joined = admin.accept_invitation(code, &scope(*who)).await;
                let twice = admin.accept_invitation(code, &scope(*who)).await;
                assert!(twice.is_err());
                if self.tell(joined.map(|_| ())).is_some() {
                    self.members.insert((*who, *of));
                }
            }
            Step::Part(who, of, is_put_out) => {
                let id = admin.group(&group, &scope(*of)).await.unwrap().id;
                let done = if *is_put_out {
                    admin.remove_member(&group, &scope(*who), &scope(*of)).await
                } else {
                    admin.leave_group(&GroupRef::Id(id), &scope(*who)).await
                };
                if self.tell(done).is_some() {
                    assert!(self.members.remove(&(*who, *of)));
                }
            }
            Step::Commit(of, number) => {
                let (reference, at) = (self.reference(Own::Mci(*of, *number)), scope(*of));
                self.images += 1;
                let new = image(ACCOUNTS[*of], EAST, self.images);
                let record = admin.register_image(new).await.unwrap().record.id();
                self.records.push((*of, record));
                let edit = vec![set(EAST, self.images)];
                if admin.edit_mci(&reference, &at, edit, None).await.is_ok() {
                    let done = admin.commit_mci(&reference, &at, p("a step"), None).await;
                    self.tell(done.map(|revision| revision.digest()));
                }
            }
            Step::Link(of, to) => {
                let Own::Mci(..) = to else { return };
                let template = self.reference(Own::Template(*of));
                let edit = vec![TemplateChange::Link(self.reference(*to))];
                let done = admin
                    .edit_template(&template, &scope(*of), edit, None)
                    .await;
                self.tell(done.map(|view| view.generation));
            }
            Step::CommitTemplate(of) => {
                let template = self.reference(Own::Template(*of));
                let ask = CommitTemplate::new(template, scope(*of), p("a step"));
                let done = admin.commit_template(&ask).await;
                self.tell(done.map(|made| made.revision.digest()));
            }
            Step::Publish(of, index, to, widen) => self.publish(*of, *index, *to, *widen).await,
            Step::Deprecate(index) | Step::Reactivate(index) => {
                let all: Vec<_> = self.publications.keys().copied().collect();
                let Some(publication) = chosen(&all, *index) else {
                    return;
                };
                let of = scope(self.publications[&publication].0.account());
                let choice = publication.into();
                let done = match step {
                    Step::Deprecate(_) => {
                        admin.deprecate_publication(&choice, &of, &p("old")).await
                    }
                    _ => admin.reactivate_publication(&choice, &of).await,
                };
                self.tell(done);
            }
            Step::Import(account, index) => {
                let all: Vec<_> = self.publications.keys().copied().collect();
                if let Some(publication) = chosen(&all, *index) {
                    Box::pin(self.import(*account, publication)).await;
                }
            }
            Step::Update(account) => {
                let at = scope(*account);
                let listed = admin.market_updates(&at).await.unwrap();
                if let Some(done) = self.tell(admin.import_updates(&at, None).await) {
                    for made in &done.imported {
                        let (_, seen) = &self.publications[&made.publication];
                        let key = (*account, made.lineage, made.revision);
                        self.imports.insert(key, seen.digest);
                    }
                    // What was listed of imports is listed no more.
                    let left = admin.market_updates(&at).await.unwrap();
                    let clones = cloud_atlas::market::Following::Clone;
                    assert!(left.iter().all(|it| it.update.what == clones), "{left:?}");
                    assert!(left.len() <= listed.len());
                }
            }
            Step::Clone(account, index) => {
                let own = self.imports.keys().filter(|it| it.0 == *account);
                let own: Vec<_> = own.copied().collect();
                let Some((_, lineage, number)) = chosen(&own, *index) else {
                    return;
                };
                let source = Reference::lineage(lineage).at(Selector::Number(number));
                let mut ask = CloneMci::new(source, scope(*account));
                ask.name = Some(p("mine"));
                self.tell(admin.clone_mci(&ask).await.map(|made| made.mci.lineage));
            }
            Step::Merge(account) => {
                let at = scope(*account);
                let Ok(mine) = admin.mci(&p("mine"), &at).await else {
                    return;
                };
                let origin = mine.origin.unwrap().lineage;
                let ask = MergeMci::new(p("mine"), Reference::lineage(origin), at.clone());
                let merged = admin.merge_mci(&ask).await;
                if self.tell(merged.map(|it| it.conflicts.len())) == Some(0) {
                    let done = admin.commit_mci(&p("mine"), &at, p("merged"), None).await;
                    self.tell(done.map(|revision| revision.digest()));
                }
            }
            Step::DeleteImport(account, index) => {
                let own = self.imports.keys().filter(|it| it.0 == *account);
                let own: Vec<_> = own.copied().collect();
                let Some((_, lineage, number)) = chosen(&own, *index) else {
                    return;
                };
                let reference = Reference::lineage(lineage).at(Selector::Number(number));
                let of = self.lineages.iter().find(|(_, it)| **it == lineage);
                let kind = of.map_or(LineageKind::Mci, |(of, _)| kind(*of));
                let done = admin
                    .delete_import(kind, &reference, &scope(*account))
                    .await;
                if self.tell(done).is_some() {
                    self.imports.remove(&(*account, lineage, number));
                }
            }
            Step::Revoke(of, number, index) => {
                let of = Own::Mci(*of, *number);
                let Some(number) = chosen(&self.numbers(of).await, *index) else {
                    return;
                };
                let reference = self.reference(of).at(Selector::Number(number));
                let done = revoke(&admin, &reference, &scope(of.account()), "bad").await;
                self.tell(done.map(|_| ()));
            }
            Step::Offer(_)
            | Step::Withdraw(_)
            | Step::Subscribe(..)
            | Step::Unsubscribe(..)
            | Step::Delete(_) => Box::pin(self.heads(step)).await,
            Step::Copy(_) | Step::RevokeByPlan(..) | Step::ReplaceByPlan(..) => {
                Box::pin(self.plan(step)).await;
            }
        }
    }

    async fn publish(&mut self, of: Own, index: Index, to: To, widen: bool) {
        let Some(number) = chosen(&self.numbers(of).await, index) else {
            return;
        };
        let reference = self.reference(of).at(Selector::Number(number));
        let to = match to {
            To::Everybody => PublishTo::Everybody,
            To::Group => PublishTo::Groups(vec![p("friends")]),
        };
        let at = scope(of.account());
        let mut ask = PublishAsk::new(kind(of), reference, at.clone(), to, p("a step"));
        (ask.admit.private, ask.admit.unknown, ask.admit.widen) = (true, true, widen);
        let preview = self.admin.publish_preview(&ask).await;
        let done = self.admin.publish(&ask).await;
        if let (Ok(preview), Ok(done)) = (&preview, &done) {
            assert_eq!(preview.check, done.check);
            assert_eq!(preview.dependencies.len(), done.dependencies.len());
        }
        if let Some(done) = self.tell(done) {
            let made = done.dependencies.iter().chain([&done.publication]);
            for publication in made {
                assert_eq!(publication.state, PublicationState::Active);
                let source = publication.source;
                let of = self.lineages.iter().find(|(_, it)| **it == source);
                let viewer = cloud_atlas::market::Viewer::new(&at, []);
                let seen = publication.as_seen_by(&viewer).unwrap();
                let fresh = (*of.unwrap().0, seen);
                let before = self.publications.insert(publication.reference(), fresh);
                assert!(before.is_none(), "published twice");
            }
            // A second time it is refused.
            assert!(self.admin.publish(&ask).await.is_err());
        }
    }

    async fn heads(&mut self, step: &Step) {
        let admin = self.admin.clone();
        match step {
            Step::Offer(of) => {
                let ask = OfferHead {
                    kind: kind(*of),
                    reference: self.reference(*of),
                    scope: scope(of.account()),
                    to: PublishTo::Groups(vec![p("friends")]),
                };
                if self.tell(admin.offer_head(&ask).await).is_some() {
                    self.offered.insert(*of);
                }
            }
            Step::Withdraw(of) => {
                let lineage = self.lineages[of];
                let done = admin.withdraw_head(lineage, &scope(of.account())).await;
                assert_eq!(self.tell(done).is_some(), self.offered.remove(of));
            }
            Step::Subscribe(who, of) => {
                let may = self.offered.contains(of)
                    && self.members.contains(&(*who, of.account()))
                    && !self.following.contains(&(*who, *of));
                let done = admin.subscribe(self.lineages[of], &scope(*who)).await;
                assert_eq!(self.tell(done).is_some(), may);
                if may {
                    self.following.insert((*who, *of));
                }
            }
            Step::Unsubscribe(who, of) => {
                let done = admin.unsubscribe(self.lineages[of], &scope(*who)).await;
                assert_eq!(
                    self.tell(done).is_some(),
                    self.following.remove(&(*who, *of))
                );
            }
            Step::Delete(of) => {
                let (reference, at) = (self.reference(*of), scope(of.account()));
                let done = match kind(*of) {
                    LineageKind::Mci => admin.delete_mci(&reference, &at).await,
                    LineageKind::Template => admin.delete_template(&reference, &at).await,
                };
                let mut published = self.publications.values();
                if published.any(|(own, _)| own == of) {
                    assert!(done.is_err(), "what is published stays");
                }
                if self.tell(done.map(|_| ())).is_some() {
                    self.offered.remove(of);
                    // Another takes its place.
                    let name = p(&name(*of));
                    let made = match kind(*of) {
                        LineageKind::Mci => admin.create_mci(&at, name).await.unwrap().lineage,
                        LineageKind::Template => {
                            admin.create_template(&at, name).await.unwrap().lineage
                        }
                    };
                    self.lineages.insert(*of, made);
                    self.following.retain(|(_, it)| it != of);
                }
            }
            _ => {}
        }
    }
}

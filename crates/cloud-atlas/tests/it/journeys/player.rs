//! Somebody who lives through a history.

use super::steps::{Base, Image, MCIS, PLACES, State, Step, TEMPLATES};
use crate::support::{World, acme, ami, image, p, set};
use cloud_atlas::{
    AddServer, CommitTemplate, Error, LaunchBase, LaunchRequest, LaunchSubject, LineageKind,
    Retention, ServerRef, ServerView, Session, TemplateChange,
    history::RevisionNumber,
    image::ImageRecordId,
    mci::HeadEdit,
    template::{
        AnyLock, HeadDependencies, LockFile, LockState, OnRevoke, Overrides, Phase, Reference,
        Selector, ServerEdit, ServerId, TemplateEdit,
    },
};
use core::fmt::Debug;
use proptest::sample::Index;
use std::collections::BTreeMap;

pub(super) struct Player {
    pub(super) world: World,
    admin: Session,
    images: BTreeMap<Image, ImageRecordId>,
    servers: BTreeMap<ServerId, ServerView>,
    locks: Vec<LockFile>,
    /// What came of each step.
    pub(super) told: Vec<String>,
}

pub(super) fn mci(number: usize) -> Reference {
    p(&format!("mci-{number}"))
}

pub(super) fn template(number: usize) -> Reference {
    p(&format!("template-{number}"))
}

fn at(reference: Reference, state: State) -> Reference {
    match state {
        State::Newest => reference,
        State::Head => reference.at(Selector::Head),
        State::Channel => reference.at(Selector::Channel(p("production"))),
        State::Latest => reference.at(Selector::Latest),
    }
}

fn launched(base: Base) -> LaunchBase {
    match base {
        Base::Mci(number, state) => LaunchBase::Mci(at(mci(number), state)),
        Base::Template(number, state, choice) => LaunchBase::Template {
            template: at(template(number), state),
            mci: choice.map(mci),
        },
    }
}

pub(super) fn request(base: Base, place: usize) -> LaunchRequest {
    LaunchSubject::new(launched(base), acme()).at(p(PLACES[place]))
}

impl Player {
    pub(super) async fn new(world: World) -> Self {
        let admin = world.admin();
        for number in 0..MCIS {
            let name = p(&format!("mci-{number}"));
            admin.create_mci(&acme(), name).await.unwrap();
        }
        for number in 0..TEMPLATES {
            let name = p(&format!("template-{number}"));
            admin.create_template(&acme(), name).await.unwrap();
        }
        Self {
            world,
            admin,
            images: BTreeMap::new(),
            servers: BTreeMap::new(),
            locks: Vec::new(),
            told: Vec::new(),
        }
    }

    /// Tells what came of a step, and whether it was done.
    fn tell<T: Debug>(&mut self, outcome: Result<T, Error>) -> Option<T> {
        self.told.push(match &outcome {
            Ok(done) => format!("{done:?}"),
            Err(error) => format!("refused: {error}"),
        });
        outcome.ok()
    }

    async fn number(&self, of: usize, index: Index) -> Option<Reference> {
        let view = self.admin.mci(&mci(of), &acme()).await.ok()?;
        let last = usize::try_from(view.last?.get()).ok()?;
        let number = u32::try_from(index.index(last) + 1).ok()?;
        Some(mci(of).at(Selector::Number(RevisionNumber::new(number)?)))
    }

    fn server(&self, index: Index) -> Option<ServerId> {
        let count = self.servers.len();
        let at = (count > 0).then(|| index.index(count))?;
        self.servers.keys().nth(at).copied()
    }

    /// Does a step, and holds the world to what no step may change.
    pub(super) async fn step(&mut self, step: &Step) {
        self.world.clock.advance_secs(60);
        let touched = Box::pin(self.act(step)).await;
        self.servers_stay(touched).await;
        self.locks_hold().await;
    }

    /// Does a step; tells which server it is about, if it is about one.
    async fn act(&mut self, step: &Step) -> Option<ServerId> {
        let (admin, scope) = (self.admin.clone(), acme());
        match step {
            Step::Register(at) => {
                let record = admin
                    .register_image(image("/acme", PLACES[at.1], at.0))
                    .await;
                let made = self.tell(record.map(|made| made.record.id()));
                self.images.extend(made.map(|id| (*at, id)));
            }
            Step::Deprecate(_) | Step::Disable(_) | Step::Enable(_) | Step::Delete(_) => {
                self.live(step).await;
            }
            Step::Set(of, (number, place)) => {
                let edits = vec![set(PLACES[*place], *number)];
                let done = admin.edit_mci(&mci(*of), &scope, edits, None).await;
                self.tell(done.map(|view| view.generation));
            }
            Step::Unset(of, place) => {
                let location = p(PLACES[*place]);
                let edits = vec![HeadEdit::Unset { location }];
                let done = admin.edit_mci(&mci(*of), &scope, edits, None).await;
                self.tell(done.map(|view| view.generation));
            }
            Step::Commit(of) => {
                let done = admin.commit_mci(&mci(*of), &scope, p("a step"), None).await;
                self.tell(done.map(|revision| revision.digest()));
            }
            Step::Revoke(of, index, back) => {
                let back = if *back {
                    OnRevoke::RollBack
                } else {
                    OnRevoke::Stay
                };
                if let Some(revision) = self.number(*of, *index).await {
                    let done = admin.revoke_mci(&revision, &scope, "bad", back).await;
                    self.tell(done);
                }
            }
            Step::Unmark(of, index) => {
                if let Some(revision) = self.number(*of, *index).await {
                    let done = admin.unmark_mci(&revision, &scope).await;
                    self.tell(done);
                }
            }
            Step::Assign(of, index) => {
                if let Some(revision) = self.number(*of, *index).await {
                    let (name, kind) = (p("production"), LineageKind::Mci);
                    let done = admin.assign_channel(&name, kind, &revision, &scope).await;
                    self.tell(done);
                }
            }
            Step::RollBack(of) => {
                let (name, kind) = (p("production"), LineageKind::Mci);
                let done = admin
                    .roll_back_channel(&name, kind, &mci(*of), &scope)
                    .await;
                self.tell(done);
            }
            Step::AddServer(..)
            | Step::EditServer(_)
            | Step::Reinherit(_)
            | Step::RemoveServer(_) => return self.serve(step).await,
            Step::Lock(of) => {
                let lock = admin.lock(&mci(*of), &scope, None).await;
                let lock = self.tell(lock);
                self.locks.extend(lock);
            }
            Step::DeleteMci(of) => {
                let done = admin.delete_mci(&mci(*of), &scope).await;
                self.tell(done);
            }
            Step::DeleteTemplate(of) => {
                let done = admin.delete_template(&template(*of), &scope).await;
                self.tell(done);
            }
            Step::Link(..)
            | Step::Default(..)
            | Step::Unlink(..)
            | Step::Script(_)
            | Step::CommitTemplate(..) => self.link(step).await,
        }
        None
    }

    async fn live(&mut self, step: &Step) {
        let (Step::Deprecate(at) | Step::Disable(at) | Step::Enable(at) | Step::Delete(at)) = step
        else {
            return;
        };
        let Some(id) = self.images.get(at).copied() else {
            return;
        };
        let (admin, scope) = (self.admin.clone(), acme());
        let done = match step {
            Step::Deprecate(_) => admin.deprecate_image(id, &scope, None, None, None).await,
            Step::Disable(_) => admin.disable_image(id, &scope, None).await,
            Step::Enable(_) => admin.enable_image(id, &scope).await,
            _ => {
                let keep = Retention::default();
                admin.delete_image(id, &scope, None, keep, false).await
            }
        };
        self.tell(done.map(|change| format!("{change:?}")));
    }

    async fn link(&mut self, step: &Step) {
        let (of, change) = match step {
            Step::Link(of, number, state) => {
                let linked = at(mci(*number), *state);
                let view = self.admin.template(&template(*of), &acme()).await;
                let known = self.admin.mci(&mci(*number), &acme()).await;
                let is_linked = match (view, known) {
                    (Ok(view), Ok(known)) => view.content.link(known.lineage).is_some(),
                    _ => false,
                };
                let change = if is_linked {
                    TemplateChange::Retarget(linked)
                } else {
                    TemplateChange::Link(linked)
                };
                (of, change)
            }
            Step::Default(of, number) => (of, TemplateChange::MakeDefault(mci(*number))),
            Step::Unlink(of, number) => (of, TemplateChange::Unlink(mci(*number))),
            Step::Script(of) => {
                let add = TemplateEdit::AddScript {
                    phase: Phase::Boot,
                    script: p("chef:web@1"),
                    place: None,
                };
                (of, TemplateChange::Edit(add))
            }
            Step::CommitTemplate(of, heads) => {
                let mut ask = CommitTemplate::new(template(*of), acme(), p("a step"));
                if *heads {
                    ask.heads = HeadDependencies::Commit;
                }
                let done = self.admin.commit_template(&ask).await;
                self.tell(done);
                return;
            }
            _ => return,
        };
        let edited = self
            .admin
            .edit_template(&template(*of), &acme(), vec![change], None)
            .await;
        self.tell(edited.map(|view| view.generation));
    }

    async fn serve(&mut self, step: &Step) -> Option<ServerId> {
        let (admin, scope) = (self.admin.clone(), acme());
        match step {
            Step::AddServer(base, place) => {
                let name = p(&format!("server-{}", self.told.len()));
                let ask = AddServer::new(scope, p(PLACES[*place]), launched(*base), name);
                let added = admin.add_server(ask).await;
                let added = self.tell(added)?;
                let id = added.definition.id();
                self.servers.insert(id, added);
                Some(id)
            }
            Step::EditServer(index) => {
                let id = self.server(*index)?;
                let overrides = Overrides {
                    image: Some(ami(99)),
                    ..Overrides::default()
                };
                let edits = vec![ServerEdit::Override(Box::new(overrides))];
                let edited = admin.edit_server(&ServerRef::Id(id), &scope, edits).await;
                if let Some(view) = self.tell(edited) {
                    self.servers.insert(id, view);
                }
                Some(id)
            }
            Step::Reinherit(index) => {
                let id = self.server(*index)?;
                let done = admin
                    .reinherit_server(&ServerRef::Id(id), &scope, None)
                    .await;
                if let Some(done) = self.tell(done) {
                    self.servers.insert(id, done.server);
                }
                Some(id)
            }
            Step::RemoveServer(index) => {
                let id = self.server(*index)?;
                let done = admin.remove_server(&ServerRef::Id(id), &scope).await;
                self.tell(done)?;
                self.servers.remove(&id);
                Some(id)
            }
            _ => None,
        }
    }

    /// R11: no server moves by itself.
    async fn servers_stay(&self, touched: Option<ServerId>) {
        for (id, view) in &self.servers {
            if Some(*id) != touched {
                let now = self.admin.server(&ServerRef::Id(*id), &acme()).await;
                let now = now.unwrap().definition;
                assert_eq!(now, view.definition, "a server moved");
            }
        }
    }

    /// R09: what is locked is launched, or nothing.
    async fn locks_hold(&self) {
        for lock in &self.locks {
            let whole = AnyLock::Mci(lock.clone());
            for (location, entry) in lock.locations() {
                let launch = self.admin.resolve_locked(&whole, location, &acme()).await;
                let Ok(launch) = launch else { continue };
                assert_eq!(launch.plan.image.as_str(), entry.image, "a lock moved");
                assert_eq!(
                    launch.plan.instance_type, entry.instance_type,
                    "a lock moved"
                );
                assert!(!matches!(launch.state, LockState::Revoked { .. }));
            }
        }
    }
}

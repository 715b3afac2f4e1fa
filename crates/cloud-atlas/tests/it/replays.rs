//! Histories of real shape, the same on every engine.

use crate::support::{World, every, noon, p, run};
use atlas_testkit::{
    facade::{ManualClock, SequentialIds},
    merge::{Step, large_content, steps, touched},
};
use cloud_atlas::{
    Atlas, Clock, CloneMci, MergeMci, Session,
    history::{LineageId, RevisionNumber},
    mci::{Choices, Content, HeadEdit, Side},
    scope::Scope,
    template::{Reference, Selector},
};
use proptest::{
    sample::Index,
    strategy::{Strategy as _, ValueTree as _},
    test_runner::TestRunner,
};
use std::{fmt::Display, sync::Arc};

/// How many settings the contents have: a commit of them fits the smallest engine.
const SETTINGS: usize = 40;
const HISTORIES: usize = 8;

/// Somebody who repeats histories.
struct Player {
    admin: Session,
    scope: Scope,
    clock: Arc<ManualClock>,
    lineages: Vec<LineageId>,
    /// What came of each step.
    told: Vec<String>,
}

impl Player {
    fn tell<T: Display, E: Display>(&mut self, outcome: Result<T, E>) {
        self.told.push(match outcome {
            Ok(done) => done.to_string(),
            Err(error) => format!("refused: {error}"),
        });
    }

    fn lineage(&self, at: Index) -> LineageId {
        self.lineages[at.index(self.lineages.len())]
    }

    /// A revision of a lineage; the newest are as likely as the first.
    async fn revision(&self, from: Index, revision: Index) -> Option<Reference> {
        let lineage = Reference::lineage(self.lineage(from));
        let head = lineage.clone().at(Selector::Head);
        let view = self.admin.mci(&head, &self.scope).await.unwrap();
        let last = usize::try_from(view.last?.get()).unwrap();
        let number = u32::try_from(revision.index(last) + 1).unwrap();
        let number = RevisionNumber::new(number)?;
        Some(lineage.at(Selector::Number(number)))
    }

    async fn edit(&mut self, lineage: LineageId, change: impl Fn(&Content) -> Content) {
        let head = Reference::lineage(lineage).at(Selector::Head);
        let view = self.admin.mci(&head, &self.scope).await.unwrap();
        let edits = edits(&view.content, &change(&view.content));
        let edited = self.admin.edit_mci(&head, &self.scope, edits, None).await;
        self.tell(edited.map(|view| view.generation));
    }

    async fn commit(&mut self, lineage: LineageId) {
        let reference = Reference::lineage(lineage);
        let commit = self
            .admin
            .commit_mci(&reference, &self.scope, p("a step"), None);
        let committed = commit.await;
        self.tell(committed.map(|revision| revision.digest()));
    }

    async fn step(&mut self, step: &Step) {
        self.clock.advance_secs(60);
        match step {
            Step::Edit(at, touches) => {
                let lineage = self.lineage(*at);
                self.edit(lineage, |content| touched(content, touches))
                    .await;
            }
            Step::Commit(at) => self.commit(self.lineage(*at)).await,
            Step::Clone(from, revision) => {
                if let Some(source) = self.revision(*from, *revision).await {
                    let ask = CloneMci::new(source, self.scope.clone());
                    let cloned = self.admin.clone_mci(&ask).await;
                    self.lineages
                        .extend(cloned.iter().map(|clone| clone.mci.lineage));
                    self.tell(cloned.map(|clone| clone.mci.name));
                }
            }
            Step::Merge {
                into,
                from,
                revision,
                is_ours,
            } => {
                if let Some(theirs) = self.revision(*from, *revision).await {
                    let into = Reference::lineage(self.lineage(*into));
                    let mut ask = MergeMci::new(into, theirs, self.scope.clone());
                    let side = if *is_ours { Side::Ours } else { Side::Theirs };
                    ask.choices = Choices::all(side);
                    let merged = self.admin.merge_mci(&ask).await;
                    self.tell(
                        merged.map(|merge| format!("{:?} {}", merge.outcome, merge.explanation)),
                    );
                }
            }
        }
    }
}

/// The edits that lead from one content to another, its nickname apart: two of one name cannot
/// stand at a scope.
fn edits(before: &Content, after: &Content) -> Vec<HeadEdit> {
    let mut edits = vec![HeadEdit::SetDescription(after.description().clone())];
    let (old, new) = (before.tags(), after.tags());
    edits.extend(old.difference(new).cloned().map(HeadEdit::RemoveTag));
    edits.extend(new.difference(old).cloned().map(HeadEdit::AddTag));
    for location in before.settings().keys() {
        if !after.settings().contains_key(location) {
            let location = location.clone();
            edits.push(HeadEdit::Unset { location });
        }
    }
    for (location, setting) in after.settings() {
        edits.push(HeadEdit::set(location.clone(), setting.clone()));
    }
    edits
}

/// Plays a history, and tells what came of each step and every revision there is then.
async fn play(atlas: &Atlas, clock: &Arc<ManualClock>, steps: &[Step]) -> Vec<String> {
    let admin = atlas.act_as(&p("admin"));
    let scope = p::<Scope>("/acme");
    let made = admin.create_mci(&scope, p("web v1")).await.unwrap();
    let mut player = Player {
        admin,
        scope,
        clock: Arc::clone(clock),
        lineages: vec![made.lineage],
        told: Vec::new(),
    };
    let content = large_content(p("web v1"), SETTINGS);
    player.edit(made.lineage, |_| content.clone()).await;
    player.commit(made.lineage).await;
    for step in steps {
        player.step(step).await;
    }
    let Player {
        admin,
        scope,
        lineages,
        mut told,
        ..
    } = player;
    for lineage in lineages {
        let reference = Reference::lineage(lineage);
        let log = every(50, async |page| {
            admin.mci_log(&reference, &scope, &page).await
        });
        for entry in log.await {
            let revision = entry.revision;
            told.push(format!("{} {}", revision.number(), revision.digest()));
        }
    }
    let found = atlas.check().await.unwrap().findings;
    assert!(found.is_empty(), "{found:?}");
    told
}

#[test]
fn m09_histories_replay_to_the_same_digests_on_every_engine() {
    let mut runner = TestRunner::deterministic();
    let mut merges = 0;
    for _ in 0..HISTORIES {
        let steps = steps(SETTINGS).new_tree(&mut runner).unwrap().current();
        let world = World::new();
        let told = run(play(&world.atlas, &world.clock, &steps));
        // This program runs on each engine; here the same happens in memory.
        let clock = Arc::new(ManualClock::new(noon()));
        let memory = Atlas::builder()
            .clock(Arc::clone(&clock) as Arc<dyn Clock>)
            .ids(Arc::new(SequentialIds::default()));
        let memory = run(memory.init("memory:")).unwrap();
        run(memory.act_as(&p("admin")).add_scope(&p("/acme"))).unwrap();
        assert_eq!(run(play(&memory, &clock, &steps)), told);
        merges += told
            .iter()
            .filter(|line| line.starts_with("Merged"))
            .count();
    }
    assert!(merges > 10, "{merges}");
}

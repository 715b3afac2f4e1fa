//! Many who edit, commit, merge and undo the same lineages at once: no revision is lost, doubled or
//! out of order, and whoever is refused is told why.

use crate::{
    concurrency::again,
    support::{World, every, p, run, set},
};
use cloud_atlas::{
    Atlas, CloneMci, Error, MergeMci, MergeOutcome, Session,
    base::Digest,
    history::{BringBackError, CommitError, Generation, RevisionNumber},
    mci::{Choices, Side},
    scope::Scope,
    template::Reference,
};
use std::{collections::BTreeMap, thread};

const LINEAGES: [&str; 3] = ["up", "down", "side"];
const REGIONS: [&str; 5] = [
    "aws/us-east-1",
    "aws/us-west-2",
    "aws/eu-west-1",
    "aws/eu-central-1",
    "aws/ap-south-1",
];
const WORKERS: u64 = 4;

/// How many steps each worker takes, and each of two processes: as many as the variable says.
fn steps() -> u64 {
    std::env::var("ATLAS_CROWD_STEPS").map_or(40, |count| count.parse().unwrap())
}

/// Numbers that look like chance, always the same for a worker.
struct Chance(u64);

impl Chance {
    /// A number below `count`.
    fn below(&mut self, count: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) % count as u64).unwrap()
    }
}

/// What a worker has done: revisions by lineage and number, and how often it moved each HEAD.
#[derive(Debug, Default, PartialEq)]
struct Done {
    revisions: BTreeMap<(String, u32), Digest>,
    moves: BTreeMap<String, u64>,
    refused: BTreeMap<&'static str, u64>,
}

impl Done {
    fn moved(&mut self, name: &str) {
        *self.moves.entry(name.to_owned()).or_default() += 1;
    }

    /// A refusal that may be: each says what was in the way. Any other is a mistake.
    fn refused(&mut self, error: &Error, seen: Option<Generation>) {
        let kind = match error {
            Error::Commit(CommitError::Stale(stale)) | Error::Stale(stale) => {
                assert_eq!(Some(stale.seen), seen);
                assert!(stale.found > stale.seen, "{stale}");
                "stale"
            }
            Error::Commit(CommitError::NothingToCommit { .. }) => "nothing to commit",
            Error::BringBack(BringBackError::NoPoint { .. }) => "nothing to undo",
            Error::BringBack(BringBackError::Same { .. }) => "undone already",
            other => panic!("{other}"),
        };
        *self.refused.entry(kind).or_default() += 1;
    }
}

/// Three lineages, two of them clones, with a revision each.
async fn begin(admin: &Session) {
    let scope = p::<Scope>("/acme");
    admin.create_mci(&scope, p(LINEAGES[0])).await.unwrap();
    let edits = REGIONS.map(|region| set(region, 1)).to_vec();
    let (first, message) = (p::<Reference>(LINEAGES[0]), p("m"));
    admin.edit_mci(&first, &scope, edits, None).await.unwrap();
    admin
        .commit_mci(&first, &scope, message, None)
        .await
        .unwrap();
    for pair in LINEAGES.windows(2) {
        let mut ask = CloneMci::new(p(pair[0]), scope.clone());
        ask.name = Some(p(pair[1]));
        admin.clone_mci(&ask).await.unwrap();
        let clone = p::<Reference>(pair[1]);
        admin
            .commit_mci(&clone, &scope, p("m"), None)
            .await
            .unwrap();
    }
}

/// Some steps of one worker.
fn work(who: &Session, worker: u64, steps: u64) -> Done {
    let mut chance = Chance(worker << 40);
    let (mut done, scope) = (Done::default(), p::<Scope>("/acme"));
    for step in 1..=steps {
        let name = LINEAGES[chance.below(LINEAGES.len())];
        let web = p::<Reference>(name);
        let seen = match chance.below(2) {
            0 => None,
            _ => Some(run(who.mci(&web, &scope)).unwrap().generation),
        };
        match chance.below(9) {
            0..=3 => {
                let region = REGIONS[chance.below(REGIONS.len())];
                let edits = vec![set(region, worker << 24 | step << 4)];
                match again(|| run(who.edit_mci(&web, &scope, edits.clone(), seen))) {
                    Ok(_) => done.moved(name),
                    Err(error) => done.refused(&error, seen),
                }
            }
            4..=5 => match again(|| run(who.commit_mci(&web, &scope, p("m"), seen))) {
                Ok(revision) => {
                    done.moved(name);
                    let at = (name.to_owned(), revision.number().get());
                    let before = done.revisions.insert(at, revision.digest());
                    assert_eq!(before, None, "a number is given once");
                }
                Err(error) => done.refused(&error, seen),
            },
            6 => match again(|| run(who.undo_mci(&web, &scope, None, seen))) {
                Ok(_) => done.moved(name),
                Err(error) => done.refused(&error, seen),
            },
            _ => {
                let theirs = LINEAGES[chance.below(LINEAGES.len())];
                let mut ask = MergeMci::new(web.clone(), p(theirs), scope.clone());
                let side = [Side::Ours, Side::Theirs][chance.below(2)];
                (ask.choices, ask.seen) = (Choices::all(side), seen);
                match again(|| run(who.merge_mci(&ask))) {
                    Ok(merge) if merge.outcome == MergeOutcome::Merged => done.moved(name),
                    Ok(merge) => assert_eq!(merge.outcome, MergeOutcome::NothingToMerge),
                    Err(error) => done.refused(&error, seen),
                }
            }
        }
    }
    done
}

/// Each revision was made by one of them and is there, in order; each move of HEAD counted.
async fn nothing_is_lost(atlas: &Atlas, before: &BTreeMap<String, u64>, all: &[Done]) {
    let admin = atlas.act_as(&p("admin"));
    let scope = p::<Scope>("/acme");
    for name in LINEAGES {
        let mut made = BTreeMap::new();
        for done in all {
            for ((_, number), digest) in done.revisions.iter().filter(|((of, _), _)| of == name) {
                let before = made.insert(*number, *digest);
                assert_eq!(before, None, "{name}@{number} was made twice");
            }
        }
        let web = p::<Reference>(name);
        let view = admin.mci(&web, &scope).await.unwrap();
        let entries = every(100, async |page| admin.mci_log(&web, &scope, &page).await);
        let mut log = entries.await;
        log.reverse();
        let mut last = None;
        for (expected, entry) in (1..).zip(&log) {
            let revision = &entry.revision;
            assert_eq!(revision.number().get(), expected, "{name}");
            if expected > 1 {
                assert_eq!(made.remove(&expected), Some(revision.digest()), "{name}");
                assert_eq!(revision.parents().first().copied(), last, "{name}");
            }
            last = Some(revision.as_parent(view.lineage));
        }
        assert_eq!(made, BTreeMap::new(), "{name}: told and not there");
        assert_eq!(view.last, log.last().map(|entry| entry.revision.number()));
        let moves: u64 = all.iter().filter_map(|done| done.moves.get(name)).sum();
        assert_eq!(view.generation.get(), before[name] + moves, "{name}");
    }
    let found = atlas.check().await.unwrap().findings;
    assert!(found.is_empty(), "{found:?}");
}

async fn generations(admin: &Session) -> BTreeMap<String, u64> {
    let mut generations = BTreeMap::new();
    for name in LINEAGES {
        let view = admin.mci(&p(name), &p("/acme")).await.unwrap();
        assert_eq!(view.last, RevisionNumber::new(1));
        generations.insert(name.to_owned(), view.generation.get());
    }
    generations
}

#[test]
fn m11_many_tasks_at_the_same_lineages_lose_nothing() {
    let world = World::new();
    let admin = world.admin();
    run(begin(&admin));
    let before = run(generations(&admin));
    let all: Vec<_> = thread::scope(|scope| {
        let workers = (1..=WORKERS).map(|worker| {
            let who = admin.clone();
            scope.spawn(move || work(&who, worker, steps()))
        });
        let workers: Vec<_> = workers.collect();
        let done = workers.into_iter().map(|worker| worker.join().unwrap());
        done.collect()
    });
    run(nothing_is_lost(&world.atlas, &before, &all));
    // It was a crowd: they were in each other's way.
    let refused: u64 = all
        .iter()
        .filter_map(|done| done.refused.get("stale"))
        .sum();
    assert!(refused > 0 || steps() < 40, "{all:?}");
}

#[cfg(feature = "postgres")]
mod processes {
    use super::*;
    use std::{
        fmt::Write as _,
        process::{Command, Stdio},
    };

    /// Tells the test binary that it is a child: its number, and where the store is.
    const CHILD: &str = "ATLAS_TEST_CROWD_CHILD";

    impl Done {
        /// A line that [`Done::read`] reads.
        fn line(&self) -> String {
            let mut line = String::from("done");
            for ((name, number), digest) in &self.revisions {
                write!(line, " {name}/{number}/{digest}").unwrap();
            }
            for (name, moves) in &self.moves {
                write!(line, " {name}/{moves}").unwrap();
            }
            line
        }

        fn read(line: &str) -> Self {
            let mut done = Self::default();
            for word in line.split(' ').skip(1) {
                let parts: Vec<_> = word.split('/').collect();
                match parts[..] {
                    [name, number, digest] => {
                        let at = (name.to_owned(), number.parse().unwrap());
                        done.revisions.insert(at, digest.parse().unwrap());
                    }
                    [name, moves] => {
                        done.moves.insert(name.to_owned(), moves.parse().unwrap());
                    }
                    _ => panic!("{word}"),
                }
            }
            done
        }
    }

    /// The child: works, and says what it has done. As a test of its own it does nothing.
    #[test]
    fn child() {
        let Ok(told) = std::env::var(CHILD) else {
            return;
        };
        let (number, url) = told.split_once(' ').unwrap();
        let atlas = run(Atlas::open(url)).unwrap();
        let done = work(&atlas.act_as(&p("admin")), number.parse().unwrap(), steps());
        println!("\n{}", done.line());
    }

    #[test]
    fn m11_two_processes_at_the_same_lineages_lose_nothing() {
        let server = atlas_test_servers::Postgres::start_with(&["fsync=off"]).unwrap();
        let url = format!("{}?schema=crowd", server.url());
        let atlas = run(Atlas::init(&url)).unwrap();
        let admin = atlas.act_as(&p("admin"));
        run(admin.add_scope(&p("/acme"))).unwrap();
        run(begin(&admin));
        let before = run(generations(&admin));
        let children = [1, 2].map(|number| {
            Command::new(std::env::current_exe().unwrap())
                .args(["--exact", "crowd::processes::child", "--nocapture"])
                .env(CHILD, format!("{number} {url}"))
                .stdout(Stdio::piped())
                .spawn()
                .unwrap()
        });
        let all = children.map(|child| {
            let output = child.wait_with_output().unwrap();
            let text = String::from_utf8(output.stdout).unwrap();
            assert!(output.status.success(), "{text}");
            let line = text.lines().find(|line| line.starts_with("done"));
            Done::read(line.unwrap())
        });
        run(nothing_is_lost(&atlas, &before, &all));
    }
}

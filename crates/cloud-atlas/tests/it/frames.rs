//! How committed contents and references to images are kept.

use crate::{
    care::{everything, load, put, raw},
    support::{Raw, World, acme, ami, beside, dump, image, p, places, run, set, web},
};
use cloud_atlas::{
    Atlas, Error, ErrorKind, Session,
    base::Digest,
    history::Content as _,
    image::{ImageRecordId, ReferrerKind},
    mci::{HeadEdit, Setting, UserData},
    store::{
        self, Key, MemoryStore, Partition, RetryPolicy, StoreError, Table, Tx, Write, transact,
    },
    template::Reference,
};
use proptest::prelude::*;
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

const EAST: &str = "aws/us-east-1";
const CONTENTS: Table<Raw> = Table::new("content", &[]);
const USER_DATA: Table<Raw> = Table::new("user-data", &[]);
const USES: Table<Raw> = Table::new("use", &[]);

async fn edit(who: &Session, edits: Vec<HeadEdit>) {
    who.edit_mci(&web(), &acme(), edits, None).await.unwrap();
}

async fn commit(who: &Session) {
    let committed = who.commit_mci(&web(), &acme(), p("a change"), None).await;
    committed.unwrap();
}

fn script(number: u64) -> Option<UserData> {
    let text = format!(
        "#!/bin/sh\n# {{\"script\": {number}}},\n{}",
        "echo ü\n".repeat(40)
    );
    UserData::new(text.as_bytes())
}

fn scripted(location: &str, number: u64, data: u64) -> HeadEdit {
    let setting = Setting::new(ami(number)).with_instance_type(p("m7i.large"));
    HeadEdit::set(p(location), setting.with_user_data(script(data)))
}

/// Settings at a hundred places.
async fn a_hundred(who: &Session) {
    who.create_mci(&acme(), p("web")).await.unwrap();
    let edits = places().take(100).zip(0..);
    edit(who, edits.map(|(at, number)| set(&at, number)).collect()).await;
    commit(who).await;
}

/// How many keys and bytes lie in each space.
fn spaces(atlas: &Atlas) -> BTreeMap<String, (u64, u64)> {
    let mut spaces: BTreeMap<_, (u64, u64)> = BTreeMap::new();
    for (key, value) in everything(&*atlas.store()) {
        let space = key.as_str().split(' ').nth(1).unwrap().to_owned();
        let (keys, bytes) = spaces.entry(space).or_default();
        *keys += 1;
        *bytes += u64::try_from(key.as_str().len() + value.len()).unwrap();
    }
    spaces
}

#[test]
fn m08_a_revision_that_changes_one_setting_of_a_hundred_costs_little() {
    const REVISIONS: u64 = 64;
    let world = World::new();
    let dana = world.who("dana");
    run(a_hundred(&dana));
    let before = spaces(&world.atlas);
    let place: Vec<_> = places().take(100).collect();
    for number in 0..REVISIONS {
        let at = &place[usize::try_from(number * 37 % 100).unwrap()];
        run(edit(&dana, vec![set(at, 1000 + number)]));
        run(commit(&dana));
    }
    let (mut kept, mut events) = (0, 0);
    let mut told = String::new();
    for (space, (_, bytes)) in spaces(&world.atlas) {
        let more = bytes - before.get(&space).map_or(0, |(_, bytes)| *bytes);
        let sum = if space.starts_with("event") {
            &mut events
        } else {
            &mut kept
        };
        *sum += more;
        told = format!("{told}{space} {}, ", more / REVISIONS);
    }
    let (kept, events) = (kept / REVISIONS, events / REVISIONS);
    println!("bytes a revision: {told}in all {kept}, and {events} of audit events");
    assert!(kept < 2000, "{told}");
    // An edit and a commit, each with its two index rows.
    assert!(events < 2000, "{told}");
}

#[test]
fn m09_contents_read_back_whatever_they_are_kept_as() {
    let world = World::new();
    let dana = world.who("dana");
    run(a_hundred(&dana));
    let place: Vec<_> = places().take(100).collect();
    let mut contents = Vec::new();
    for number in 0..40_u64 {
        let at = &place[usize::try_from(number % 100).unwrap()];
        let edits = match number {
            // Everything at once, more new user data than one commit puts aside, and a return.
            7 => place
                .iter()
                .zip(500..)
                .map(|(at, image)| set(at, image))
                .collect(),
            9 => place
                .iter()
                .take(30)
                .map(|at| scripted(at, number, number))
                .collect(),
            11 => (place.iter().take(30).zip(900..))
                .map(|(at, data)| scripted(at, number, data))
                .collect(),
            20..24 => vec![set(EAST, number % 2)],
            _ if number % 3 == 0 => vec![scripted(at, number, number % 5)],
            _ => vec![set(at, 5000 + number)],
        };
        run(edit(&dana, edits));
        run(commit(&dana));
        let head = run(dana.mci(&p("web@head"), &acme())).unwrap();
        contents.push(head.content);
    }
    assert_eq!(
        run(world.atlas.check()).unwrap().findings,
        Vec::<String>::new()
    );
    // Cold, in either order, and each alone.
    let numbered = || contents.iter().zip(2_u32..).collect::<Vec<_>>();
    let fresh = |engine| beside(world.atlas.store(), &world.clock, engine).act_as(&p("dana"));
    let same = |who: &Session, content: &_, number| {
        let view = run(who.mci(&p(&format!("web@{number}")), &acme())).unwrap();
        assert_eq!(view.content, *content, "{number}");
    };
    let (forward, backward) = (fresh(2), fresh(3));
    for (content, number) in numbered() {
        same(&forward, content, number);
    }
    for (content, number) in numbered().into_iter().rev() {
        same(&backward, content, number);
    }
    for ((content, number), engine) in numbered().into_iter().zip(4..) {
        same(&fresh(engine), content, number);
    }
    // One frame in sixteen at least is full, and there are deltas.
    let frames = rows(&world.atlas, "content");
    let depths = frames
        .values()
        .map(|frame| frame["depth"].as_u64().unwrap_or(0));
    assert_eq!(depths.max(), Some(15));
    // What was said twice is kept once; the digest is that of the whole text.
    assert!(rows(&world.atlas, "user-data").len() >= 5);
    for (key, data) in rows(&world.atlas, "user-data") {
        let text = cloud_atlas::base::canonical::to_string(&data).unwrap();
        let digest = Digest::of("cloud-atlas/user-data/1", text.as_bytes());
        assert!(key.as_str().ends_with(&digest.to_string()), "{key}");
    }
    for content in &contents {
        let digest = content.digest().unwrap().to_string();
        assert!(frames.keys().any(|key| key.as_str().ends_with(&digest)));
    }
}

/// The records of a table, as they lie there.
fn rows(atlas: &Atlas, space: &str) -> BTreeMap<Key, serde_json::Value> {
    let all = everything(&*atlas.store()).into_iter();
    let of_space = all.filter(|(key, _)| key.as_str().split(' ').nth(1) == Some(space));
    of_space
        .map(|(key, value)| {
            let mut json: serde_json::Value = serde_json::from_slice(&value).unwrap();
            (key, json["v"].take())
        })
        .collect()
}

#[test]
fn m09_user_data_is_kept_once_an_account() {
    let world = World::new();
    let (dana, bert) = (world.who("dana"), world.who("bert"));
    run(async {
        for name in ["web", "db"] {
            dana.create_mci(&acme(), p(name)).await.unwrap();
            let edits = places().take(20).zip(0..);
            let edits = edits.map(|(at, number)| scripted(&at, number, 7)).collect();
            let at = p::<Reference>(name);
            dana.edit_mci(&at, &acme(), edits, None).await.unwrap();
            dana.commit_mci(&at, &acme(), p("m"), None).await.unwrap();
        }
        bert.create_mci(&p("/beta"), p("web")).await.unwrap();
        let edits = vec![scripted(EAST, 1, 7)];
        bert.edit_mci(&web(), &p("/beta"), edits, None)
            .await
            .unwrap();
        bert.commit_mci(&web(), &p("/beta"), p("m"), None)
            .await
            .unwrap();
    });
    let kept = rows(&world.atlas, "user-data");
    let keys: Vec<_> = kept.keys().map(Key::as_str).collect();
    assert_eq!(keys.len(), 2, "{keys:?}");
    assert!(keys[0].starts_with("acme ") && keys[1].starts_with("beta "));
    let contents = rows(&world.atlas, "content");
    assert!(
        contents
            .values()
            .all(|frame| !frame.to_string().contains("echo"))
    );
}

/// A store with a full frame, a delta, user data, rows of images, and one of many.
fn framed() -> World {
    // A small engine, so that many images have one record.
    let world = World::over(Arc::new(MemoryStore::limited()));
    let dana = world.who("dana");
    run(async {
        a_hundred(&dana).await;
        edit(&dana, vec![scripted(EAST, 4000, 1)]).await;
        commit(&dana).await;
        edit(&dana, vec![scripted(EAST, 4001, 1)]).await;
        commit(&dana).await;
    });
    assert_eq!(
        run(world.atlas.check()).unwrap().findings,
        Vec::<String>::new()
    );
    world
}

/// Changes a record as the record layer would: its checksum fits.
fn forge(
    world: &World,
    table: &'static Table<Raw>,
    key: &Key,
    change: impl Fn(&mut serde_json::Value),
) {
    static TOKENS: AtomicU64 = AtomicU64::new(1 << 32);
    let parts: store::Parts = (key
        .parts()
        .map(|part| store::Part::Text(part.as_text().unwrap())))
    .collect();
    let account = Partition::account("acme").unwrap();
    let seed = TOKENS.fetch_add(1, Ordering::Relaxed);
    let work = |tx: Tx| {
        let (account, parts, change) = (account.clone(), parts.clone(), &change);
        async move {
            let mut record = table.get(&tx, &account, parts.clone()).await?.unwrap();
            change(&mut record.0);
            let put = table.put(&tx, &account, parts, &record).await;
            put.map_err(|_| StoreError::Closed)
        }
    };
    let store = world.atlas.store();
    run(transact(
        &*store,
        &RetryPolicy::new(u128::MAX - u128::from(seed)),
        work,
    ))
    .unwrap();
}

#[test]
fn m09_a_broken_chain_is_not_read_and_a_check_says_where() {
    let world = framed();
    let store = world.atlas.store();
    let frames = rows(&world.atlas, "content");
    let find = |depth: u64| {
        let of = |frame: &serde_json::Value| frame["depth"].as_u64().unwrap_or(0) == depth;
        frames.iter().find(|(_, frame)| of(frame)).unwrap()
    };
    let ((full, _), (first, first_frame), (second, _)) = (find(0), find(1), find(2));
    assert_eq!(first_frame["base"], digest_of(full));
    let mut engine = 10;
    let mut read = |number: u32| {
        engine += 1;
        let who = beside(world.atlas.store(), &world.clock, engine).act_as(&p("dana"));
        run(who.mci(&p(&format!("web@{number}")), &acme())).map(|_| ())
    };
    let check = |expected: &[(&Key, &str)]| {
        let findings = run(world.atlas.check()).unwrap().findings;
        for (key, what) in expected {
            let about = |found: &&String| {
                found.contains(digest_of(key).get(..60).unwrap()) && found.contains(what)
            };
            assert!(
                findings.iter().any(|found| about(&found)),
                "{key} {what}: {findings:#?}"
            );
        }
        assert!(findings.len() >= expected.len());
    };
    let value = |wanted: &Key| {
        let all = everything(&*store);
        all.into_iter().find(|(key, _)| key == wanted).unwrap().1
    };
    // A base that is gone.
    let sound = value(first);
    raw(&*store, Write::Delete { key: first.clone() });
    assert!(matches!(read(3).unwrap_err(), Error::Frame(_)));
    read(1).unwrap();
    check(&[(second, "the base")]);
    raw(&*store, put(first.as_str(), sound));
    // User data that is gone, or is another.
    let (data, _) = rows(&world.atlas, "user-data").pop_first().unwrap();
    let sound = value(&data);
    raw(&*store, Write::Delete { key: data.clone() });
    let error = read(2).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Internal, "{error}");
    check(&[(first, "the part"), (second, "the part")]);
    raw(&*store, put(data.as_str(), Arc::clone(&sound)));
    forge(&world, &USER_DATA, &data, |data| {
        data["text"] = "another".into();
    });
    assert!(matches!(read(2).unwrap_err(), Error::Content(_)));
    read(3).unwrap_err();
    check(&[(&data, "is another"), (first, "digest"), (second, "")]);
    raw(&*store, put(data.as_str(), sound));
    // Parts that give another text, or none, or go round in a circle.
    let sound = value(first);
    let mut forged = |change: fn(&mut serde_json::Value), what: &str| {
        forge(&world, &CONTENTS, first, change);
        let error = read(3).unwrap_err();
        assert!(
            matches!(error, Error::Frame(_) | Error::Content(_)),
            "{error}"
        );
        assert_eq!(error.kind(), ErrorKind::Internal);
        check(&[(first, what), (second, "")]);
        raw(&*store, put(first.as_str(), Arc::clone(&sound)));
    };
    forged(|frame| frame["parts"][0] = "x".into(), "digest");
    forged(|frame| frame["parts"][0][1] = 1_000_000.into(), "no slice");
    forged(|frame| frame["depth"] = 2.into(), "depth");
    let circle = digest_of(first);
    forge(&world, &CONTENTS, first, |frame| {
        frame["base"] = circle.as_str().into();
    });
    assert!(matches!(read(3).unwrap_err(), Error::Frame(_)));
    check(&[(first, "depth"), (second, "depth")]);
}

fn digest_of(key: &Key) -> String {
    key.parts().next().unwrap().as_text().unwrap()
}

#[test]
fn l02_a_check_finds_uses_that_revisions_do_not_bear_out() {
    let world = framed();
    let store = world.atlas.store();
    let findings = || run(world.atlas.check()).unwrap().findings;
    let mut said = Vec::new();
    for space in ["use", "use-many"] {
        for (key, _) in rows(&world.atlas, space) {
            let all = everything(&*store);
            let (_, sound) = all.into_iter().find(|(found, _)| *found == key).unwrap();
            raw(&*store, Write::Delete { key: key.clone() });
            said.push(findings());
            assert!(
                said.last().unwrap()[0].contains("is not said"),
                "{key}: {said:?}"
            );
            raw(&*store, put(key.as_str(), Arc::clone(&sound)));
        }
    }
    assert!(findings().is_empty());
    // A turn that no revision made, one that was made with another one, and one said twice.
    let (row, _) = rows(&world.atlas, "use").pop_first().unwrap();
    forge(&world, &USES, &row, |row| {
        row["turns"].as_array_mut().unwrap().push(9.into());
    });
    assert!(
        findings()[0].ends_with("says what revision 9 did not do"),
        "{:?}",
        findings()
    );
    forge(&world, &USES, &row, |row| {
        row["turns"].as_array_mut().unwrap().pop();
        row["turns"].as_array_mut().unwrap().insert(0, 1.into());
    });
    assert!(!findings().is_empty());
    forge(&world, &USES, &row, |row| {
        row["turns"].as_array_mut().unwrap().remove(0);
    });
    assert!(findings().is_empty());
}

#[test]
fn m09_a_dump_with_a_flipped_bit_is_refused_and_nothing_is_written() {
    let text = run(dump(&framed().atlas));
    let mut seen = BTreeSet::new();
    for (number, line) in text.iter().enumerate() {
        let Some(space) = line
            .strip_prefix("{\"k\":\"acme ")
            .and_then(|rest| rest.split(' ').next())
        else {
            continue;
        };
        if !["content", "revision", "user-data", "use", "use-many"].contains(&space) {
            continue;
        }
        seen.insert(space.to_owned());
        // Many bits of each line, all of the bytes of a short one.
        let step = line.len() / 40 + 1;
        for at in (number % step..line.len()).step_by(step) {
            let mut bytes = line.clone().into_bytes();
            bytes[at] ^= 1 << (at % 7);
            let Ok(flipped) = String::from_utf8(bytes) else {
                continue;
            };
            let mut damaged = text.clone();
            damaged[number] = flipped;
            let atlas = run(Atlas::init("memory:")).unwrap();
            let before = run(dump(&atlas));
            let error = load(&atlas, &damaged).unwrap_err();
            assert!(matches!(error, Error::Load(_)), "{at} of {line}: {error}");
            assert!(run(dump(&atlas)) == before, "{at} of {line}");
        }
    }
    assert_eq!(seen.len(), 5);
}

async fn registered(who: &Session, number: u64) -> ImageRecordId {
    let registered = who.register_image(image("/acme", EAST, number)).await;
    registered.unwrap().record.id()
}

/// The states that refer to a record, by number; HEAD is 0.
async fn states(who: &Session, id: ImageRecordId) -> BTreeSet<u32> {
    let usage = who.image_referrers(id, &acme()).await.unwrap();
    let state = |one: &cloud_atlas::image::Referrer| match one.kind {
        ReferrerKind::MciHead => 0,
        _ => one.name.rsplit('@').next().unwrap().parse().unwrap(),
    };
    usage.referrers().iter().map(state).collect()
}

#[test]
fn l02_an_image_that_comes_and_goes_for_ever_is_found_in_each_revision() {
    let world = World::new();
    let dana = world.who("dana");
    run(async {
        let ids = [registered(&dana, 0).await, registered(&dana, 1).await];
        dana.create_mci(&acme(), p("web")).await.unwrap();
        let mut expected = [BTreeSet::new(), BTreeSet::new()];
        for number in 1..=150_u32 {
            edit(&dana, vec![set(EAST, u64::from(number % 2))]).await;
            commit(&dana).await;
            expected[usize::try_from(number % 2).unwrap()].insert(number);
        }
        expected[0].insert(0);
        for (id, expected) in ids.into_iter().zip(expected) {
            assert_eq!(states(&dana, id).await, expected);
        }
    });
    // Rows do not grow without end.
    let rows = rows(&world.atlas, "use");
    assert!(
        rows.values()
            .all(|row| row["turns"].as_array().unwrap().len() <= 64)
    );
    assert_eq!(
        run(world.atlas.check()).unwrap().findings,
        Vec::<String>::new()
    );
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() })]

    /// Few and many images at once, in any order: what is found is what a look at every revision
    /// finds.
    #[test]
    fn l02_what_is_found_is_what_every_revision_holds(steps in proptest::collection::vec((0_u64..3, 0_usize..3, any::<bool>()), 1..12), small in any::<bool>()) {
        let world = World::over(Arc::new(if small { MemoryStore::limited() } else { MemoryStore::new() }));
        let dana = world.who("dana");
        run(async {
            let mut ids = Vec::new();
            for number in 0..3 {
                ids.push(registered(&dana, number).await);
            }
            dana.create_mci(&acme(), p("web")).await.unwrap();
            let mut held: Vec<u64> = Vec::new();
            for (serial, (number, many, committed)) in (0_u64..).zip(steps) {
                let mut edits = vec![set(EAST, number)];
                let others = places().filter(|place| place != EAST);
                let others = others.take([0, 12, 90][many]).zip(1000 + serial * 100..);
                edits.extend(others.map(|(at, number)| set(&at, number)));
                edit(&dana, edits).await;
                if committed {
                    match dana.commit_mci(&web(), &acme(), p("m"), None).await {
                        Ok(_) => held.push(number),
                        Err(error) => assert!(matches!(error, Error::Commit(_)), "{error}"),
                    }
                }
                let head = dana.mci(&p("web@head"), &acme()).await.unwrap();
                let head = head.content.settings()[&p(EAST)].image().clone();
                for (number, id) in (0..).zip(&ids) {
                    let numbers = held.iter().zip(1..);
                    let mut expected: BTreeSet<u32> =
                        numbers.filter(|(held, _)| **held == number).map(|(_, state)| state).collect();
                    if head == ami(number) {
                        expected.insert(0);
                    }
                    assert_eq!(states(&dana, *id).await, expected);
                }
            }
        });
        prop_assert_eq!(run(world.atlas.check()).unwrap().findings, Vec::<String>::new());
    }
}

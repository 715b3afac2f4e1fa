//! The facade without a runtime: it has the calls of the other one, and they do the same.

use crate::support::{World, ask, dump, fresh, image, noon, p, run, set};
use atlas_testkit::facade::{ManualClock, SequentialIds};
use cloud_atlas::{
    AddCredential, ErrorKind,
    blocking::{Atlas, Builder, Loader, Session},
    image_id::Cloud,
    scope::{PrincipalId, Role, Scope},
    template::Reference,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    sync::Arc,
    thread,
};

/// A type and the name of one of its calls.
type Call = (String, String);

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, found);
        } else {
            found.push(path);
        }
    }
}

/// A signature from its name to its end, on one line.
fn signature(text: &str) -> String {
    let words: Vec<_> = text.split_whitespace().collect();
    let line = words.join(" ");
    line.replace("( ", "(")
        .replace(", )", ")")
        .replace(", where", " where")
        .replace("(mut ", "(")
        .replace(" mut ", " ")
        .trim_end_matches(',')
        .to_owned()
}

/// The calls of a source file that begin with this, each with its signature up to this end.
fn calls(text: &str, begin: &str, end: char, found: &mut BTreeMap<Call, String>) {
    let (mut of, mut at) = ("", 0);
    for line in text.split_inclusive('\n') {
        at += line.len();
        let code = line.trim_start();
        if code.starts_with("impl ") || code.starts_with("impl<") {
            // A name, or something that is none.
            let rest = code.trim_start_matches("impl");
            of = rest.split_whitespace().next().unwrap();
        }
        if code.starts_with(begin) {
            let code = text.get(at - code.len() + begin.len()..).unwrap();
            let code = code.split(end).next().unwrap();
            let named = |letter: char| letter.is_alphanumeric() || letter == '_';
            let name = code.split(|letter| !named(letter)).next().unwrap();
            let call = (of.to_owned(), name.to_owned());
            let twice = found.insert(call, signature(code));
            assert_eq!(twice, None, "{of}::{name} is there twice");
        }
    }
}

#[test]
fn every_call_has_a_blocking_twin_of_the_same_signature() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut paths = Vec::new();
    files(&source, &mut paths);
    let (mut awaited, mut plain, mut twins) = Default::default();
    for path in paths {
        let text = fs::read_to_string(&path).unwrap();
        if path.starts_with(source.join("blocking")) || path == source.join("blocking.rs") {
            // What makes the methods, and no method itself.
            let code = text.split("\nmacro_rules! ").next().unwrap();
            calls(code, "pub fn ", '{', &mut twins);
            for list in code.split("\ncalls! {\n").skip(1) {
                let list = list.split("\n}\n").next().unwrap();
                calls(list, "fn ", ';', &mut twins);
            }
        } else {
            calls(&text, "pub async fn ", '{', &mut awaited);
            calls(&text, "pub fn ", '{', &mut plain);
        }
    }
    let types: BTreeSet<_> = awaited.keys().map(|(of, _)| of.clone()).collect();
    let expected = ["Atlas", "Builder", "Loader", "Session"];
    assert!(
        types.iter().eq(expected),
        "{types:?} have twins: {expected:?}"
    );
    assert!(awaited.len() > 180, "{} calls were found", awaited.len());
    plain.retain(|(of, _), _| types.contains(of));
    let calls: BTreeMap<_, _> = awaited.into_iter().chain(plain).collect();
    let differ = |one: &BTreeMap<Call, String>, other: &BTreeMap<Call, String>| {
        let differ = one
            .iter()
            .filter(|(call, text)| other.get(*call) != Some(*text));
        let differ = differ.map(|((of, _), text)| format!("{of}::{text}"));
        differ.collect::<Vec<_>>().join("\n")
    };
    let (missing, beyond) = (differ(&calls, &twins), differ(&twins, &calls));
    assert!(
        missing.is_empty(),
        "calls without a twin:\n{missing}\n\ntwins without a call:\n{beyond}"
    );
    assert!(beyond.is_empty(), "twins without a call:\n{beyond}");
}

#[test]
fn twins_travel_between_threads() {
    fn both<T: Send + Sync>() {}
    both::<Atlas>();
    both::<Builder>();
    both::<Loader>();
    both::<Session>();
}

/// Everything that an account needs for a launch, without a future in sight.
fn furnish(atlas: &Atlas) -> Session {
    let admin = atlas.act_as(&p("admin"));
    let (acme, dana) = (p::<Scope>("/acme"), p::<PrincipalId>("dana"));
    admin.add_scope(&acme).unwrap();
    admin.add_principal(&dana).unwrap();
    admin.grant(&dana, &Role::DESIGNER, &acme, None).unwrap();
    let dana = atlas.act_as(&dana);
    let credential = AddCredential::new(acme.clone(), Cloud::Aws, p("aws"), p("vault:x"));
    dana.add_credential(credential).unwrap();
    let ask = image("/acme", "aws/us-east-1", 1);
    let registered = dana.register_image(ask).unwrap();
    assert_eq!(registered.record.created(), noon());
    dana.create_mci(&acme, p("web")).unwrap();
    let web = p::<Reference>("web");
    let edits = vec![set("aws/us-east-1", 1)];
    dana.edit_mci(&web, &acme, edits, None).unwrap();
    dana.commit_mci(&web, &acme, p("first"), None).unwrap();
    dana
}

fn launched(who: &Session) -> String {
    let request = ask("web", "aws/us-east-1", "/acme");
    who.resolve(&request).unwrap().plan.image.to_string()
}

/// The lines of a dump.
fn dumped(atlas: &Atlas) -> Vec<String> {
    let mut lines = Vec::new();
    let keep = |line: &str| {
        lines.push(line.to_owned());
        Ok(())
    };
    atlas.dump(keep, &|_| {}).unwrap();
    lines
}

#[test]
fn a_store_is_made_used_left_and_opened_without_a_future() {
    let (url, _folder) = fresh();
    let builder = Atlas::builder()
        .clock(Arc::new(ManualClock::new(noon())))
        .ids(Arc::new(SequentialIds::default()));
    let atlas = builder.init(&url).unwrap();
    let dana = furnish(&atlas);
    assert_eq!(dana.principal(), &p("dana"));
    let ami = launched(&dana);
    assert_eq!(ami, "ami-00000000000000001");
    assert!(atlas.check().unwrap().findings.is_empty());
    let (counts, lines) = (atlas.count().unwrap(), dumped(&atlas));
    assert_eq!(counts["image"], 1);
    drop((dana, atlas));

    if !url.starts_with("memory:") {
        assert!(Atlas::check_url(&url).unwrap().findings.is_empty());
        let atlas = Atlas::open(&url).unwrap();
        assert_eq!(launched(&atlas.act_as(&p("dana"))), ami);
        assert_eq!(dumped(&atlas), lines);
    }
    let (url, _folder) = fresh();
    let atlas = Atlas::init(&url).unwrap();
    let text = || Ok(lines.iter().cloned().map(Ok));
    if url.starts_with("memory:") {
        atlas.load(text, &|_| {}).unwrap();
    } else {
        drop(atlas);
        let loader = Loader::open(&url).unwrap();
        assert_eq!(loader.unfinished(), None);
        loader.load(text, &|_| {}).unwrap();
        drop(loader);
        let atlas = Atlas::open(&url).unwrap();
        assert_eq!(atlas.upgrade(|_| {}).unwrap().rewritten, 0);
        assert_eq!(launched(&atlas.act_as(&p("dana"))), ami);
    }
}

#[test]
fn answers_and_refusals_are_those_of_the_other_facade() {
    let world = World::new();
    let twin = Atlas::from(world.atlas.clone());
    let (acme, web) = (p::<Scope>("/acme"), p::<Reference>("web"));
    for name in ["dana", "eve"] {
        let (awaited, blocking) = (world.who(name), twin.act_as(&p(name)));
        assert_eq!(awaited.is_exclusive(), blocking.is_exclusive());
        let one = run(awaited.mci(&web, &acme)).unwrap_err();
        let other = blocking.mci(&web, &acme).unwrap_err();
        assert_eq!(
            (one.kind(), one.to_string()),
            (other.kind(), other.to_string())
        );
    }
    // One store, whichever way it is asked.
    let dana = Session::from(world.who("dana"));
    let made = dana.create_mci(&acme, p("web")).unwrap();
    let awaited = cloud_atlas::Session::from(dana.clone());
    assert_eq!(run(awaited.mci(&web, &acme)).unwrap(), made);
    let twice = dana.create_mci(&acme, p("web")).unwrap_err();
    assert_eq!(twice.kind(), ErrorKind::Conflict);
    let lines = dumped(&twin);
    assert_eq!(run(dump(&cloud_atlas::Atlas::from(twin))), lines);
}

#[test]
fn a_wait_ends_when_another_thread_commits() {
    let world = World::new();
    let (dana, acme) = (Session::from(world.who("dana")), p::<Scope>("/acme"));
    let head = dana.events_head(&acme).unwrap();
    thread::scope(|scope| {
        let waits = scope.spawn(|| dana.events_wait(&acme, head));
        dana.create_mci(&acme, p("web")).unwrap();
        waits.join().unwrap().unwrap();
    });
    assert!(dana.events_head(&acme).unwrap() > head);
}

//! A small world, and what several test files do in it.

use atlas_testkit::facade::{ManualClock, SequentialIds};
use cloud_atlas::{
    AddCredential, Atlas, Builder, Clock, Error, ImportError, ImportOptions, ImportReport,
    Inventory, LaunchRequest, LineageKind, Page, Paging, RegisterImage, RevokedRevision, Session,
    base::{Name, Timestamp},
    image::{ImageName, OsFacts, Via},
    image_id::{Cloud, CloudLocation, ImageId},
    mci::{HeadEdit, InstanceTypes, Setting, UserData},
    scope::{PrincipalId, Role, RoleTable, Scope},
    store::{MemoryStore, Record, Store},
    streams::{self, StreamDocument},
    template::{Channel, OnRevoke, Reference},
};
use serde::{Deserialize, Serialize};
use std::{
    fmt::Debug,
    fs,
    future::Future,
    path::Path,
    str::FromStr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};
use tempfile::TempDir;

/// Drives a future to its end.
pub(crate) fn run<T>(work: impl Future<Output = T>) -> T {
    pollster::block_on(work)
}

/// A value from its text.
#[track_caller]
pub(crate) fn p<T: FromStr<Err: Debug>>(text: &str) -> T {
    text.parse().unwrap()
}

/// The account that most tests look from.
pub(crate) fn acme() -> Scope {
    p("/acme")
}

/// The MultiCloud Image that most tests make.
pub(crate) fn web() -> Reference {
    p("web")
}

/// The moment at which every test begins.
pub(crate) fn noon() -> Timestamp {
    p("2026-08-01T12:00:00Z")
}

/// Names the store of every world that is told no other: an address, `redb:` for a file of its own,
/// or a server's `postgres://…`, where each world has a schema of its own. [`crate::limited`] runs this program on stores that are not the usual one.
pub(crate) const STORE: &str = "ATLAS_TEST_STORE";

/// An engine with a few accounts and people in it.
pub(crate) struct World {
    pub(crate) atlas: Atlas,
    pub(crate) clock: Arc<ManualClock>,
    /// Where its file lies, if it has one; goes after the engine.
    _folder: Option<TempDir>,
}

impl World {
    /// In memory, unless [`STORE`] says otherwise, with nobody else at the store.
    pub(crate) fn new() -> Self {
        let world = Self::unfurnished(RoleTable::built_in());
        run(world.furnish());
        world
    }

    /// The same with nobody in it but the administrator, and other roles.
    pub(crate) fn unfurnished(roles: RoleTable) -> Self {
        Self::built(Atlas::builder().roles(roles))
    }

    /// Where an inventory says what the clouds hold.
    pub(crate) fn asking(inventory: Arc<dyn Inventory>) -> Self {
        let world = Self::built(Atlas::builder().with_inventory(inventory));
        run(world.furnish());
        world
    }

    /// With a table of instance types of its own.
    pub(crate) fn judging(types: InstanceTypes) -> Self {
        let world = Self::built(Atlas::builder().instance_types(types));
        run(world.furnish());
        world
    }

    /// With storage pools for disk images.
    #[cfg(feature = "repository")]
    pub(crate) fn keeping(pools: cloud_atlas::Pools) -> Self {
        let world = Self::built(Atlas::builder().with_pools(pools));
        run(world.furnish());
        world
    }

    /// The same over a store that others may look at or write to as well.
    #[cfg(feature = "repository")]
    pub(crate) fn keeping_over(store: Arc<dyn Store>, pools: cloud_atlas::Pools) -> Self {
        let clock = Arc::new(ManualClock::new(noon()));
        let builder = Atlas::builder()
            .clock(Arc::clone(&clock) as Arc<dyn Clock>)
            .ids(Arc::new(SequentialIds::starting_at(1 << 100)))
            .with_pools(pools);
        let world = Self {
            atlas: run(builder.with_store(store)).unwrap(),
            clock,
            _folder: None,
        };
        run(world.furnish());
        world
    }

    /// In memory, whatever [`STORE`] says.
    pub(crate) fn in_memory() -> Self {
        let world = Self::built_at(Atlas::builder(), ("memory:".to_owned(), None));
        run(world.furnish());
        world
    }

    fn built(builder: Builder) -> Self {
        Self::built_at(builder, fresh())
    }

    fn built_at(builder: Builder, (url, folder): (String, Option<TempDir>)) -> Self {
        let clock = Arc::new(ManualClock::new(noon()));
        let builder = builder
            .clock(Arc::clone(&clock) as Arc<dyn Clock>)
            .ids(Arc::new(SequentialIds::default()));
        Self {
            atlas: run(builder.init(&url)).unwrap(),
            clock,
            _folder: folder,
        }
    }

    /// Over a store that others may write to as well.
    pub(crate) fn over(store: Arc<dyn Store>) -> Self {
        let clock = Arc::new(ManualClock::new(noon()));
        let atlas = beside(store, &clock, 1);
        let world = Self {
            atlas,
            clock,
            _folder: None,
        };
        run(world.furnish());
        world
    }

    /// The same where an inventory says what the clouds hold.
    pub(crate) fn over_asking(store: Arc<dyn Store>, inventory: Arc<dyn Inventory>) -> Self {
        let clock = Arc::new(ManualClock::new(noon()));
        let builder = Atlas::builder()
            .clock(Arc::clone(&clock) as Arc<dyn Clock>)
            .ids(Arc::new(SequentialIds::starting_at(1 << 100)))
            .with_inventory(inventory);
        #[cfg(feature = "repository")]
        let builder = builder.with_pools(crate::disk_images::pools());
        let world = Self {
            atlas: run(builder.with_store(store)).unwrap(),
            clock,
            _folder: None,
        };
        run(world.furnish());
        world
    }

    /// `/acme` with `/acme/dev` and `/acme/prod`, `/beta` with `/beta/prod`; dana designs in the
    /// one account and bert in the other, olga observes `/acme/prod`, eve may do nothing.
    async fn furnish(&self) {
        let admin = self.admin();
        for scope in ["/acme", "/acme/dev", "/acme/prod", "/beta", "/beta/prod"] {
            admin.add_scope(&p(scope)).await.unwrap();
        }
        for (who, role, scope) in [
            ("dana", Some(Role::DESIGNER), "/acme"),
            ("olga", Some(Role::OBSERVER), "/acme/prod"),
            ("bert", Some(Role::DESIGNER), "/beta"),
            ("eve", None, "/"),
        ] {
            admin.add_principal(&p(who)).await.unwrap();
            if let Some(role) = role {
                admin.grant(&p(who), &role, &p(scope), None).await.unwrap();
            }
        }
        for (scope, cloud) in [
            ("/acme", Cloud::Aws),
            ("/acme", Cloud::Gcp),
            ("/beta", Cloud::Aws),
        ] {
            add_credential(&admin, scope, cloud).await.unwrap();
        }
    }

    pub(crate) fn admin(&self) -> Session {
        self.who("admin")
    }

    pub(crate) fn who(&self, name: &str) -> Session {
        self.atlas.act_as(&p::<PrincipalId>(name))
    }
}

/// The address of a store that is not there yet, of the kind that [`STORE`] names, and the folder
/// that it will lie in, if it is a file.
pub(crate) fn fresh() -> (String, Option<TempDir>) {
    let url = std::env::var(STORE).unwrap_or_else(|_| "memory:".to_owned());
    if url == "redb:" {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("atlas.redb");
        (format!("redb:{}", path.display()), Some(folder))
    } else if url.starts_with("postgres:") {
        static SCHEMAS: AtomicU64 = AtomicU64::new(1);
        let number = SCHEMAS.fetch_add(1, Ordering::Relaxed);
        (format!("{url}?schema=world_{number}&pool=8"), None)
    } else {
        (url, None)
    }
}

/// A second engine over a store, with ids of its own.
pub(crate) fn beside(store: Arc<dyn Store>, clock: &Arc<ManualClock>, engine: u128) -> Atlas {
    let builder = Atlas::builder()
        .clock(Arc::clone(clock) as Arc<dyn Clock>)
        .ids(Arc::new(SequentialIds::starting_at(engine << 100)));
    run(builder.with_store(store)).unwrap()
}

/// A memory store that several engines are to share, with the limits that [`STORE`] asks for.
pub(crate) fn memory() -> MemoryStore {
    let asked = std::env::var(STORE).unwrap_or_default();
    if asked.contains("operations=") {
        MemoryStore::limited()
    } else {
        MemoryStore::new()
    }
}

/// A memory store with the limits of an engine that has some: what the guide asks etcd for.
pub(crate) fn limited() -> MemoryStore {
    let store = MemoryStore::new();
    let mut capability = store.capability().clone();
    capability.max_value_bytes = 1 << 20;
    capability.max_operations = Some(4096);
    capability.max_commit_bytes = Some(4 << 20);
    capability.exclusive = false;
    store.with_capability(capability)
}

pub(crate) async fn add_credential(
    who: &Session,
    scope: &str,
    cloud: Cloud,
) -> Result<cloud_atlas::image::Credential, Error> {
    let name = p::<Name>(&format!("{}-main", cloud.as_str()));
    who.add_credential(AddCredential::new(p(scope), cloud, name, p("vault:secret")))
        .await
}

/// An AMI with a number for a name.
pub(crate) fn ami(number: u64) -> ImageId {
    ImageId::parse(Cloud::Aws, &format!("ami-{number:017x}")).unwrap()
}

/// Locations of AWS, three hundred of them.
pub(crate) fn places() -> impl Iterator<Item = String> {
    let areas = ["us", "eu", "ap", "sa", "ca", "me", "af"];
    let sides = ["east", "west", "north", "south", "central"];
    let numbers = areas.into_iter().flat_map(move |area| {
        let sides = sides.into_iter();
        sides.flat_map(move |side| (1..10).map(move |number| format!("aws/{area}-{side}-{number}")))
    });
    numbers.take(300)
}

/// A request to register an AMI.
pub(crate) fn image(scope: &str, location: &str, number: u64) -> RegisterImage {
    let mut ask = RegisterImage::new(p(scope), p(location), ami(number), Via::Form);
    ask.os = Some(OsFacts::parse("fedora-coreos", "44", "44.1").unwrap());
    ask.name = Some(ImageName::parse("an image").unwrap());
    ask
}

/// An edit that sets an AMI.
pub(crate) fn set(location: &str, number: u64) -> HeadEdit {
    let setting = Setting::new(ami(number)).with_instance_type(p("m7i.large"));
    HeadEdit::set(p(location), setting)
}

/// Makes a MultiCloud Image with one revision that sets one AMI.
pub(crate) async fn committed(who: &Session, scope: &str, name: &str, number: u64) {
    let (at, from) = (p::<Reference>(name), p::<Scope>(scope));
    who.create_mci(&from, p(name)).await.unwrap();
    let edits = vec![set("aws/us-east-1", number)];
    who.edit_mci(&at, &from, edits, None).await.unwrap();
    who.commit_mci(&at, &from, p("first"), None).await.unwrap();
}

/// The channels of a lineage that people assign.
pub(crate) async fn channels_of(who: &Session, of: &Reference, from: &Scope) -> Vec<Channel> {
    let list = who
        .channels(LineageKind::Mci, of, from, &most())
        .await
        .unwrap();
    let views = list.channels.items.into_iter();
    views.map(|view| view.channel).collect()
}

/// Revokes a revision, as people do.
pub(crate) async fn revoke(
    who: &Session,
    reference: &Reference,
    from: &Scope,
    reason: &str,
) -> Result<RevokedRevision, Error> {
    who.revoke_mci(reference, from, reason, OnRevoke::default())
        .await
}

/// A setting of an AMI with user data.
pub(crate) fn set_script(location: &str, number: u64, script: &str) -> HeadEdit {
    let setting = Setting::new(ami(number)).with_instance_type(p("m7i.large"));
    HeadEdit::set(
        p(location),
        setting.with_user_data(UserData::new(script.as_bytes())),
    )
}

/// Makes a MultiCloud Image with two revisions at several places, the second of which is kept as
/// what it changes, and with user data.
pub(crate) async fn scripted(who: &Session) {
    let (at, from) = (p::<Reference>("fleet"), p::<Scope>("/acme"));
    let script = "#!/bin/sh\n# {\"a script\": \"ü\"},\n".repeat(8);
    let set = |(place, number): (String, u64)| set_script(&place, number, &script);
    who.create_mci(&from, p("fleet")).await.unwrap();
    let edits = places().take(12).zip(100..).map(set).collect();
    who.edit_mci(&at, &from, edits, None).await.unwrap();
    who.commit_mci(&at, &from, p("first"), None).await.unwrap();
    let edits = places().take(1).zip(200..).map(set).collect();
    who.edit_mci(&at, &from, edits, None).await.unwrap();
    who.commit_mci(&at, &from, p("second"), None).await.unwrap();
}

pub(crate) fn ask(reference: &str, location: &str, scope: &str) -> LaunchRequest {
    LaunchRequest::new(p(reference), p(location), p(scope))
}

/// The first page of as many items as a page can have.
pub(crate) fn most() -> Paging {
    Paging::of(Paging::MOST)
}

/// Every item of a list, page by page of so many.
pub(crate) async fn every<T>(
    limit: usize,
    ask: impl AsyncFn(Paging) -> Result<Page<T>, Error>,
) -> Vec<T> {
    let mut items = Vec::new();
    let mut paging = Some(Paging::of(limit));
    while let Some(wanted) = paging {
        let page = ask(wanted).await.unwrap();
        assert!(page.items.len() <= limit);
        // Where there is more, the page is full: it never ends early.
        assert!(page.next.is_none() || page.items.len() == limit);
        paging = page.following();
        items.extend(page.items);
    }
    items
}

/// Every line of the dump of a store.
pub(crate) async fn dump(atlas: &Atlas) -> Vec<String> {
    let mut lines = Vec::new();
    let keep = |line: &str| {
        lines.push(line.to_owned());
        Ok(())
    };
    atlas.dump(keep, &|_| {}).await.unwrap();
    lines
}

/// A record of any table, as JSON: to look at what is stored, and to damage it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Raw(pub(crate) serde_json::Value);

impl Record for Raw {
    const SCHEMA: u32 = 1;
}

/// Where the documents of the examples are.
pub(crate) const DATA: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../examples/data/fedora-coreos"
);

/// The texts of the documents in a folder, by file name.
pub(crate) fn texts(folder: &Path) -> Vec<(String, String)> {
    let files = fs::read_dir(folder).unwrap().map(|file| file.unwrap());
    let mut texts: Vec<_> = files
        .map(|file| {
            let name = file.file_name().into_string().unwrap();
            (name, fs::read_to_string(file.path()).unwrap())
        })
        .collect();
    texts.sort();
    texts
}

pub(crate) fn document(text: &str) -> StreamDocument {
    let parsed = streams::parse(text.as_bytes(), &streams::Limits::default());
    parsed.unwrap().document
}

/// The documents of the examples.
pub(crate) fn documents() -> Vec<StreamDocument> {
    let texts = texts(Path::new(DATA));
    texts.iter().map(|(_, text)| document(text)).collect()
}

pub(crate) fn options(commit: bool) -> ImportOptions {
    let mut options = ImportOptions::new(p("/acme"), p("fcos"));
    options.commit = commit;
    options
}

/// Imports, in batches where the store's limits ask for that.
pub(crate) async fn import(
    who: &Session,
    documents: &[StreamDocument],
    commit: bool,
) -> Result<ImportReport, Error> {
    import_with(who, documents, options(commit)).await
}

/// The same with options of one's own.
pub(crate) async fn import_with(
    who: &Session,
    documents: &[StreamDocument],
    mut options: ImportOptions,
) -> Result<ImportReport, Error> {
    let whole = who.import_streams(documents, &options, &|_| {}).await;
    match whole {
        Err(Error::Import(ImportError::TooLarge { .. })) => {
            options.in_batches = true;
            who.import_streams(documents, &options, &|_| {}).await
        }
        whole => whole,
    }
}

/// A document of one release, with AMIs for some regions of one architecture each.
pub(crate) fn small(
    stream: &str,
    release: &str,
    time: &str,
    images: &[(&str, &str, u64)],
) -> StreamDocument {
    let mut document =
        StreamDocument::new(p(stream)).with_last_modified(Some(p::<Timestamp>(time)));
    for (architecture, location, number) in images {
        let image = streams::StreamImage::new(ami(*number), p(release));
        let location = CloudLocation::parse(location).unwrap();
        document.insert(p(architecture), location, image).unwrap();
    }
    document
}

/// The calls of a session by their names, and what each does, as the source says it.
pub(crate) fn calls() -> Vec<(String, String)> {
    fn scan(folder: &Path, found: &mut Vec<(String, String)>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                scan(&path, found);
                continue;
            }
            let text = fs::read_to_string(&path).unwrap();
            for part in text.split("\nimpl Session {\n").skip(1) {
                let calls = part.split("\n}\n").next().unwrap();
                for part in calls.split("    pub async fn ").skip(1) {
                    let body = part.split("\n    }\n").next().unwrap();
                    let named = |next: char| next.is_alphanumeric() || next == '_';
                    let name = part.split(|next: char| !named(next)).next().unwrap();
                    found.push((name.to_owned(), body.to_owned()));
                }
            }
        }
    }
    let mut found = Vec::new();
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    scan(&source, &mut found);
    found
}

/// Whether a call begins a unit of work that only reads. An import that rehearses what it will
/// write is no read, nor is a clean-up that looks for what it ends.
pub(crate) fn only_reads(body: &str) -> bool {
    let reads = ["self.read()", "self.derive()", "self.merge_preview::"]
        .iter()
        .any(|call| body.contains(call));
    reads && !body.contains("rehearsal") && !body.contains("self.end_interrupted")
}

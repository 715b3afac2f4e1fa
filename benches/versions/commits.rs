//! Commits that have to last, what they take on the disk, and how fast they are listed.

use crate::{Fault, fleet, git::Git};
use atlas_benches::{Claim, is_quick, median, rounds, seconds};
use atlas_store_redb::RedbStore;
use cloud_atlas::{
    Atlas, Paging, Session,
    history::Message,
    mci::{Content, HeadEdit},
    scope::Scope,
    store::{KeyRange, Page, Store},
    template::Reference,
};
use pollster::block_on;
use std::{path::Path, sync::Arc};

const SETTINGS: usize = 100;

/// A lineage of which one setting changes each time.
struct Lineage {
    session: Session,
    store: Arc<RedbStore>,
    scope: Scope,
    reference: Reference,
    content: Content,
    turn: usize,
}

pub(crate) fn run(folder: &Path) -> Result<(), Fault> {
    let mut lineage = block_on(Lineage::make(folder))?;
    durable(folder, &mut lineage)?;
    space(&mut lineage)?;
    log(&mut lineage)
}

impl Lineage {
    async fn make(folder: &Path) -> Result<Self, Fault> {
        let store = Arc::new(RedbStore::create(folder.join("versions.redb"))?);
        let atlas = Atlas::builder()
            .with_store(Arc::clone(&store) as Arc<dyn Store>)
            .await?;
        let session = atlas.act_as(&"admin".parse()?);
        let scope: Scope = "/acme".parse()?;
        session.add_scope(&scope).await?;
        session.create_mci(&scope, "fleet".parse()?).await?;
        let edits = (0..SETTINGS).map(|number| fleet::setting(number, 0));
        let edits = edits.collect::<Result<Vec<_>, _>>()?;
        let reference = "fleet".parse()?;
        session.edit_mci(&reference, &scope, edits, None).await?;
        let content = fleet::content(SETTINGS)?;
        let lineage = Self {
            session,
            store,
            scope,
            reference,
            content,
            turn: 0,
        };
        lineage.commit().await?;
        Ok(lineage)
    }

    /// The next change of one setting.
    fn next(&mut self) -> Result<HeadEdit, Fault> {
        self.turn += 1;
        let edit = fleet::setting(self.turn * 37 % SETTINGS, self.turn)?;
        self.content = self.content.edited([edit.clone()])?;
        Ok(edit)
    }

    async fn edit(&self, edit: HeadEdit) -> Result<(), Fault> {
        let (session, reference) = (&self.session, &self.reference);
        session
            .edit_mci(reference, &self.scope, vec![edit], None)
            .await?;
        Ok(())
    }

    async fn commit(&self) -> Result<(), Fault> {
        let (session, reference) = (&self.session, &self.reference);
        let message = Message::parse("another image")?;
        session
            .commit_mci(reference, &self.scope, message, None)
            .await?;
        Ok(())
    }

    /// The bytes of all keys and values: of audit events, and of everything else.
    fn bytes(&self) -> Result<[usize; 2], Fault> {
        let snapshot = block_on(self.store.snapshot())?;
        let (mut bytes, mut rest) = ([0, 0], Some(KeyRange::all()));
        while let Some(range) = rest {
            let slice = block_on(snapshot.range(&range, Page::first(1000)))?;
            for (key, entry) in slice.entries {
                let space = key.as_str().split(' ').nth(1).unwrap_or_default();
                let [events, others] = &mut bytes;
                let sum = if space.starts_with("event") {
                    events
                } else {
                    others
                };
                *sum += key.as_str().len() + entry.value.len();
            }
            rest = slice.next;
        }
        Ok(bytes)
    }
}

/// The same changes as a file in a repository.
struct Peer {
    git: Git,
    content: Content,
    turn: usize,
}

impl Peer {
    fn next(&mut self) -> Result<(), Fault> {
        self.turn += 1;
        let edit = fleet::setting(self.turn * 37 % SETTINGS, self.turn)?;
        self.content = self.content.edited([edit])?;
        Ok(())
    }

    fn commit(&mut self) -> Result<(), Fault> {
        let file = fleet::file(&self.content)?;
        self.git.commit(&file, "another image")
    }
}

fn durable(folder: &Path, lineage: &mut Lineage) -> Result<(), Fault> {
    let turns: u32 = if is_quick() { 5 } else { 201 };
    let mut peer = Peer {
        git: Git::init(&folder.join("repository"))?,
        content: fleet::content(SETTINGS)?,
        turn: 0,
    };
    let (mut trouble, mut peers_trouble) = (None, None);
    let mut flushes = 0;
    let pair = rounds(
        usize::try_from(turns)?,
        || {
            let edited = lineage.next().and_then(|edit| block_on(lineage.edit(edit)));
            let before = lineage.store.flushes();
            let took = seconds(|| {
                let made = block_on(lineage.commit());
                trouble = edited.and(made).err().or(trouble.take());
            });
            flushes += lineage.store.flushes() - before;
            took
        },
        || {
            let edited = peer.next();
            seconds(|| {
                let made = peer.commit();
                peers_trouble = edited.and(made).err().or(peers_trouble.take());
            })
        },
    );
    if let Some(trouble) = trouble.or(peers_trouble) {
        return Err(trouble);
    }
    let each = f64::from(u32::try_from(flushes)?) / f64::from(turns);
    let claim = format!("durable commit of {SETTINGS} settings, beside libgit2");
    Claim::milliseconds(&claim, pair, 1.0 / 3.0).print();
    // Of a blob, a tree, a commit and a branch, and of the folder of each: strace counts them.
    let claim = "flushes of that commit, beside the eight of libgit2";
    Claim::cost(claim, "flushes", each, 8.0, 1.0).print();
    Ok(())
}

/// What a revision adds to the store, and what the events of its edit and its commit add.
fn space(lineage: &mut Lineage) -> Result<(), Fault> {
    let count = 64_u32;
    let before = lineage.bytes()?;
    for _ in 0..count {
        let edit = lineage.next()?;
        block_on(lineage.edit(edit))?;
        block_on(lineage.commit())?;
    }
    let after = lineage.bytes()?;
    let claims = [
        "the audit events of an edit and a commit, beside 2 kB".to_owned(),
        format!("a revision that changes one of {SETTINGS} settings, beside 2 kB"),
    ];
    for ((claim, before), after) in claims.iter().zip(before).zip(after) {
        let each = f64::from(u32::try_from(after - before)?) / f64::from(count);
        Claim::cost(claim, "bytes", each, 2_000.0, 1.0).print();
    }
    Ok(())
}

/// Pages of the log, as fast as they come.
fn log(lineage: &mut Lineage) -> Result<(), Fault> {
    let wanted = if is_quick() { 300 } else { 10_000 };
    while lineage.turn < wanted {
        let edit = lineage.next()?;
        block_on(lineage.edit(edit))?;
        block_on(lineage.commit())?;
    }
    let (session, scope) = (&lineage.session, &lineage.scope);
    let read = || -> Result<usize, Fault> {
        let (mut paging, mut count) = (Paging::of(1000), 0);
        loop {
            let page = block_on(session.mci_log(&lineage.reference, scope, &paging))?;
            count += page.items.len();
            match page.next {
                Some(next) => paging = Paging::of(1000).after(Some(next)),
                None => return Ok(count),
            }
        }
    };
    let count = read()?;
    let mut times = Vec::new();
    for _ in 0..if is_quick() { 3 } else { 11 } {
        times.push(seconds(read));
    }
    let each = median(&mut times) * 1e6 / f64::from(u32::try_from(count)?);
    let claim = format!("a revision in the log of {count}, by pages of 1000, beside 10 µs");
    Claim::cost(&claim, "µs", each, 10.0, 1.0).print();
    Ok(())
}

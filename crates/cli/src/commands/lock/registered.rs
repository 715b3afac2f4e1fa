//! `atlas lock register`, `list`, `show`, `unregister`: lock files that are known here.

use super::read;
use crate::{
    args::Global,
    exit::Run,
    pages::PageArgs,
    print::{Columns, Out, moment},
};
use cloud_atlas::{
    LockRef,
    base::Name,
    template::{HeldRevision, RegisteredLock},
};
use pollster::FutureExt as _;
use std::path::Path;

pub(super) fn register(name: &Name, file: &Path, global: &Global, out: &mut Out) -> Run {
    let lock = read(file)?;
    let registered = global
        .session()?
        .register_lock(&lock, name, &global.scope)
        .block_on()?;
    out.one(&registered, |out| {
        writeln!(
            out,
            "registered {} at {}: {}",
            registered.name(),
            registered.scope(),
            registered.id()
        )
    })
}

pub(super) fn list(page: PageArgs, global: &Global, out: &mut Out) -> Run {
    let session = global.session()?;
    let headers = ["NAME", "SCOPE", "HOLDS", ">IMAGES", "SINCE", "BY"];
    let columns = Columns::new("no registered locks", &headers, row);
    page.show(&columns, out, |page| {
        session.registered_locks(&global.scope, page).block_on()
    })
}

fn row(lock: &RegisteredLock) -> Vec<String> {
    vec![
        lock.name().to_string(),
        lock.scope().to_string(),
        holds(lock),
        lock.images().len().to_string(),
        moment(lock.at()),
        lock.by().to_string(),
    ]
}

/// What was locked: its template, or else its MultiCloud Images.
fn holds(lock: &RegisteredLock) -> String {
    let shown = |held: &HeldRevision| format!("{}@{}", held.name, held.revision);
    match lock.template() {
        Some(held) => shown(held),
        None => lock.mcis().iter().map(shown).collect::<Vec<_>>().join(", "),
    }
}

pub(super) fn show(lock: &LockRef, global: &Global, out: &mut Out) -> Run {
    let lock = global
        .session()?
        .registered_lock(lock, &global.scope)
        .block_on()?;
    out.one(&lock, |out| {
        writeln!(out, "name      {}", lock.name())?;
        writeln!(out, "scope     {}", lock.scope())?;
        writeln!(out, "id        {}", lock.id())?;
        writeln!(out, "file      {}", lock.lock())?;
        writeln!(out, "since     {} by {}", moment(lock.at()), lock.by())?;
        if let Some(held) = lock.template() {
            writeln!(out, "template  {}", revision(held))?;
        }
        for held in lock.mcis() {
            writeln!(out, "mci       {}", revision(held))?;
        }
        for (location, held) in lock.images() {
            writeln!(out, "image     {location}  {}", held.image)?;
        }
        Ok(())
    })
}

fn revision(held: &HeldRevision) -> String {
    let HeldRevision {
        lineage,
        name,
        revision,
        digest,
    } = held;
    format!("{name}@{revision}  {lineage}  {digest}")
}

pub(super) fn unregister(lock: &LockRef, global: &Global, out: &mut Out) -> Run {
    let session = global.session()?;
    let found = session.registered_lock(lock, &global.scope).block_on()?;
    let session = global.confirmed(session, |_| {
        let (name, scope) = (found.name(), found.scope());
        Ok(Some(format!(
            "forget the registered lock {name} at {scope}"
        )))
    })?;
    let id = LockRef::Id(found.id());
    session.unregister_lock(&id, &global.scope).block_on()?;
    out.removed("lock", found.name())
}

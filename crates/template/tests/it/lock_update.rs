use crate::{
    AMI, Launch, at, content, example,
    lock::{locked, plans},
    now, scope, set,
};
use atlas_image::ReferrerKind;
use atlas_mci::{HeadEdit, InstanceType, UserData};
use atlas_scope::PrincipalId;
use atlas_template::{
    AnyLock, LaunchPlan, LockDiff, LockError, LockFile, LockId, RegisterLock, RegisterLockError,
    RegisteredLock, register_lock,
};
use std::collections::BTreeMap;

const TOKYO: &str = "aws/ap-northeast-1";

fn changed() -> Vec<LaunchPlan> {
    let tokyo = example().settings()[&at(TOKYO)].clone();
    let other = tokyo
        .with_kernel(None)
        .with_instance_type(InstanceType::parse("m7i.xlarge").unwrap())
        .with_user_data(UserData::new(b"#!/bin/sh\nsecret\n"));
    let content = example()
        .edited([
            HeadEdit::set(at(TOKYO), other),
            set(
                "azure/northeurope",
                "Canonical:ubuntu-24_04-lts:server:24.04.202401010",
            ),
        ])
        .unwrap();
    plans(
        &Launch::revision(content),
        &[TOKYO, "azure/northeurope", "gcp/us-central1"],
    )
}

#[test]
fn r09_an_update_shows_its_diff_before_anything_is_written() {
    let before = locked();
    let (after, diff) = before.update(&changed()).unwrap();
    assert_eq!(before, locked());
    assert_eq!(diff, LockDiff::between(&before, &after));
    // The sizes of user data are told, and what it says is not.
    insta::assert_snapshot!(diff);
    let json = serde_json::to_string_pretty(&diff).unwrap();
    assert!(!json.contains("secret"), "{json}");
    let (same, nothing) = before
        .update(&plans(
            &Launch::revision(example()),
            &[TOKYO, "azure/northeurope", "vmware:vc1/DC1"],
        ))
        .unwrap();
    assert_eq!(same, before);
    assert!(nothing.is_empty());
    insta::assert_snapshot!(nothing, @"nothing changes");
}

#[test]
fn r09_an_update_stays_with_its_lineage() {
    let mut other = changed();
    for plan in &mut other {
        plan.lineage = atlas_history::LineageId::from_u128(8);
    }
    let error = locked().update(&other).unwrap_err();
    assert!(matches!(error, LockError::OtherLineage { .. }));
    insta::assert_snapshot!(error, @"the lock is of lin-00000000000000000000000000000007, the plans are of lin-00000000000000000000000000000008: write another lock file");
}

fn ask(lock: &AnyLock, id: u128) -> RegisterLock<'_> {
    RegisterLock {
        lock,
        name: "prod.lock".parse().unwrap(),
        scope: scope("/acme/prod"),
        id: LockId::from_u128(id),
        by: PrincipalId::parse("dana").unwrap(),
        at: now(),
    }
}

/// Registers a lock file where its revisions are what it says.
pub(crate) fn registered(lock: &AnyLock, before: Option<&RegisteredLock>) -> RegisteredLock {
    let mut here: BTreeMap<_, _> = lock
        .locks()
        .iter()
        .map(|lock| (lock.lineage(), lock.revision_digest()))
        .collect();
    if let AnyLock::Template(lock) = lock {
        let template = lock.template();
        here.insert(template.lineage, template.revision_digest.unwrap());
    }
    let id = if before.is_some() { 2 } else { 1 };
    register_lock(ask(lock, id), before, &here).unwrap()
}

#[test]
fn r09_a_registered_lock_tells_what_it_holds() {
    let lock = locked();
    let held = registered(&lock.clone().into(), None);
    let records: Vec<_> = held
        .records()
        .iter()
        .map(|(place, image)| format!("{image} at {place}"))
        .collect();
    // The record of an id that is common to a cloud stands at the cloud.
    assert_eq!(
        records,
        [
            "ami-0123456789abcdef0 at aws/ap-northeast-1",
            "Canonical:ubuntu-24_04-lts:server:24.04.202401010 at azure",
            "VirtualMachine:vm-42 at vmware:vc1/DC1",
        ]
    );
    let revisions: Vec<_> = held
        .revisions()
        .map(|held| (held.lineage, held.revision))
        .collect();
    assert_eq!(revisions, [(lock.lineage(), lock.revision())]);
    let referrer = held.referrer(true);
    assert_eq!(
        (referrer.kind, referrer.name.as_str()),
        (ReferrerKind::Lock, "prod.lock")
    );
    assert!(referrer.kind.is_binding() && referrer.visible);
    let text = serde_json::to_string_pretty(&held).unwrap();
    insta::assert_snapshot!(text);
    assert_eq!(serde_json::from_str::<RegisteredLock>(&text).unwrap(), held);
}

#[test]
fn r09_registering_again_replaces_what_the_name_meant() {
    let lock = locked();
    let any = AnyLock::from(lock.clone());
    let first = registered(&any, None);
    let here = BTreeMap::from([(lock.lineage(), lock.revision_digest())]);
    let again = register_lock(ask(&any, 2), Some(&first), &here);
    let name = first.name().clone();
    assert_eq!(again, Err(RegisterLockError::Already { name }));
    let (next, _) = lock.update(&changed()).unwrap();
    let next = AnyLock::from(next);
    let second = registered(&next, Some(&first));
    assert_eq!(second.id(), first.id());
    assert_ne!(second.lock(), first.lock());
    // A lock of another store is not taken for one of this.
    let foreign = register_lock(ask(&next, 2), None, &here).unwrap_err();
    let missing = register_lock(ask(&next, 2), None, &BTreeMap::new()).unwrap_err();
    let empty = Launch::revision(content([set(TOKYO, AMI)]));
    assert!(matches!(foreign, RegisterLockError::Foreign { .. }));
    let known = LockFile::new(&plans(&empty, &[TOKYO])).unwrap();
    assert_ne!(known.digest().unwrap(), next.digest().unwrap());
    insta::assert_snapshot!(format!("{foreign}\n{missing}"));
}

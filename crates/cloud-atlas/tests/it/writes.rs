//! Every call of the facade that writes, and the events that each of its commits leaves behind.

use crate::{
    access_keys::{new_key, sealed},
    inventories,
    plans::{replacing, revoking},
    support::{World, ami, calls, committed, image, most, only_reads, options, p, run, set, small},
    watched::{Stop, Watched},
};
use cloud_atlas::{
    AddCredential, BundleImage, CheckOptions, CloneMci, CloneTemplate, CommitTemplate,
    DuplicateImage, GroupRef, ImportPublication, Labelled, LineageKind, MakeDeployment, MergeMci,
    MergeTemplate, NewImage, NewLineage, OfferHead, PublicationChoice, PublishAsk, PublishTo,
    ReportLaunch, ReportWork, Retention, Session, TakeWork, TemplateChange, WorkRequest,
    history::RevisionNumber,
    image::{
        AddSnapshot, CloudServer, CopyImage, EditImage, LabelChange, LaunchPermission, OsFacts,
        ServerState, WorkReport,
    },
    image_id::{Cloud, ImageId},
    mci::{CheckCode, Deny, HeadEdit},
    scope::{Role, Scope},
    store::{MemoryStore, Write},
    template::{LaunchPhase, OnRevoke, Reference, Selector, ServerEdit},
};
use core::time::Duration;
use std::{collections::BTreeSet, sync::Arc};

const EAST: &str = "aws/us-east-1";
const WEST: &str = "aws/us-west-2";
const DUBLIN: &str = "aws/eu-west-1";
const LONDON: &str = "aws/eu-west-2";

/// An inventory of one image in two places.
fn matching() -> Arc<inventories::Watched> {
    let image = |number| {
        format!(
            r#"{{"images": [{{"id": "{}", "checksum": "a1"}}]}}"#,
            ami(number)
        )
    };
    inventories::Watched::new(&format!(
        r#""{DUBLIN}": {}, "{LONDON}": {}"#,
        image(1),
        image(2)
    ))
}

/// Of a disk image that is made it is noted how far it is, beside its events.
fn is_progress(commit: &[Write]) -> bool {
    let space = |write: &Write| write.key().space().as_text();
    let mut spaces = commit.iter().map(space);
    spaces.all(|space| space.as_deref() == Some("disk-image"))
}

/// Calls of a session that are there only with the repository.
#[cfg(not(feature = "repository"))]
const OF_REPOSITORIES: [&str; 6] = [
    "begin_disk_image",
    "clean_pools",
    "delete_disk_image",
    "import_disk_image",
    "make_disk_image",
    "retry_disk_image",
];

/// Calls of a session that write nothing and begin no unit of work of their own: they wait, or ask
/// another call.
const NEITHER: [&str; 3] = ["candidates", "discover", "events"];

/// The calls of a session that are no reads, by their names. An import rehearses, and then writes.
fn writes_in_the_source() -> BTreeSet<String> {
    let writes = calls().into_iter().filter(|(_, body)| !only_reads(body));
    writes.map(|(name, _)| name).collect()
}

/// A label that is set.
fn team() -> LabelChange {
    let mut change = LabelChange::default();
    change.set.insert(p("team"), p("web"));
    change
}

/// Whether each of these commits says who did what.
#[track_caller]
fn told(name: &str, by: &Session, commits: &[Vec<Write>]) {
    assert!(
        commits.iter().any(|commit| !is_progress(commit)),
        "{name} writes"
    );
    let by = format!("\"by\":\"{}\"", by.principal());
    for commit in commits {
        let space = |write: &Write| write.key().space().as_text().unwrap();
        if is_progress(commit) {
            assert!(name.ends_with("_disk_image"), "{name}");
            continue;
        }
        let events = commit.iter().filter(|write| space(write) == "event");
        let events: Vec<_> = events
            .map(|write| match write {
                Write::Put { value, .. } => String::from_utf8(value.to_vec()).unwrap(),
                Write::Delete { key } => panic!("{name} takes {key:?} away"),
            })
            .collect();
        let spaces: BTreeSet<_> = commit.iter().map(space).collect();
        assert!(!events.is_empty(), "{name} leaves no event: {spaces:?}");
        assert!(events.iter().all(|event| event.contains(&by)), "{events:?}");
    }
}

#[test]
fn i08_every_write_of_the_facade_leaves_an_event_in_each_of_its_commits() {
    let watched = Arc::new(Watched::new(Arc::new(MemoryStore::new()), Stop::Never));
    let inventory = matching();
    let world = World::over_asking(Arc::clone(&watched) as _, Arc::clone(&inventory) as _);
    let (admin, ivy) = (world.admin(), world.who("ivy"));
    let mut tried = BTreeSet::new();
    macro_rules! wrote {
        ($who:ident.$name:ident($($argument:expr),* $(,)?)) => {{
            watched.written();
            let outcome = Box::pin($who.$name($($argument),*)).await.unwrap();
            told(stringify!($name), &$who, &watched.written());
            tried.insert(stringify!($name).to_owned());
            outcome
        }};
    }
    run(async {
        let (acme, beta) = (p::<Scope>("/acme"), p::<Scope>("/beta"));
        // The tree and its people.
        wrote!(admin.add_scope(&p("/gamma")));
        wrote!(admin.rename_scope(&p("/gamma"), &p("/delta")));
        wrote!(admin.remove_scope(&p("/delta")));
        wrote!(admin.add_principal(&p("carl")));
        wrote!(admin.grant(&p("carl"), &Role::ACTOR, &acme, None));
        wrote!(admin.rename_principal(&p("carl"), &p("ivy")));
        wrote!(admin.add_access_key(&new_key("ivy", "/acme", "AKIDONE"), &sealed("one")));
        let later = p("2027-01-01T00:00:00Z");
        let (one, two) = (p("AKIDONE"), p("AKIDTWO"));
        wrote!(admin.rotate_access_key(&one, &two, &sealed("two"), later));
        wrote!(admin.disable_access_key(&one));
        wrote!(admin.enable_access_key(&one));
        let kept = admin.sealed_access_keys(&most()).await.unwrap().items;
        wrote!(admin.reseal_access_key(&kept[0], &sealed("anew")));
        wrote!(admin.remove_access_key(&one));
        wrote!(admin.revoke(&p("ivy"), &Role::ACTOR, &acme));
        wrote!(admin.remove_principal(&p("ivy")));
        let policy = serde_json::from_str(r#"{"name":"house","max_age_days":90}"#).unwrap();
        wrote!(admin.set_policy(&acme, policy));
        wrote!(admin.remove_policy(&acme, &p("house")));
        // Credentials and groups.
        let credential = AddCredential::new(acme.clone(), Cloud::Aws, p("other"), p("vault:x"));
        wrote!(admin.add_credential(credential));
        wrote!(admin.remove_credential(&acme, &p("other")));
        let group = wrote!(admin.make_group(&acme, &p("partners"))).id;
        let group = GroupRef::Id(group);
        let code = wrote!(admin.invite(&group, &acme)).code;
        wrote!(admin.accept_invitation(code, &beta));
        wrote!(admin.leave_group(&group, &beta));
        let code = wrote!(admin.invite(&group, &acme)).code;
        wrote!(admin.accept_invitation(code, &beta));
        wrote!(admin.remove_member(&group, &beta, &acme));
        let _ = wrote!(admin.invite(&group, &acme));
        wrote!(admin.cancel_invitation(&group, 3, &acme));
        wrote!(admin.delete_group(&group, &acme));
        // Records, one by one and together.
        let id = wrote!(admin.register_image(image("/acme", EAST, 1)));
        let id = id.record.id();
        wrote!(admin.register_images(vec![image("/acme", EAST, 2), image("/acme", EAST, 3)]));
        wrote!(admin.register_watched(vec![image("/acme", EAST, 4)], &|_| {}));
        wrote!(admin.register_each(vec![image("/acme", EAST, 5)], &|_| {}));
        let own = wrote!(admin.register_image(image("/acme/prod", EAST, 6)));
        wrote!(admin.promote_image(own.record.id(), &p("/acme/prod"), None));
        wrote!(admin.copy_image(id, &acme, CopyImage::new(p(WEST)), ami(7)));
        let to = [LaunchPermission::Everybody];
        wrote!(admin.add_launch_permissions(id, &to, &acme));
        wrote!(admin.remove_launch_permissions(id, &to, &acme));
        wrote!(admin.add_launch_permissions(id, &to, &acme));
        wrote!(admin.change_launch_permissions(id, &[p("123456789012")], &to, &acme));
        wrote!(admin.reset_launch_permissions(id, &acme));
        Box::pin(async {
            let (main, snapshot) = (p("local/main"), p("snap-12345678"));
            wrote!(admin.add_snapshot(&acme, &main, AddSnapshot::new(snapshot)));
            wrote!(admin.change_labels(&[Labelled::Image(id)], &acme, &team()));
            let labelled = Labelled::Snapshot {
                location: main,
                id: p("snap-12345678"),
            };
            wrote!(admin.change_labels(&[labelled], &acme, &team()));
            wrote!(admin.delete_snapshot(&p("local/main"), &p("snap-12345678"), &acme));
            let mut held = NewImage::new(image("/acme", "local/main", 70));
            held.register.image_id = ImageId::Local(admin.new_ami_id(false));
            let held = wrote!(admin.make_image(held)).registered.record.id();
            let copy = CopyImage::new(p("local/main"));
            let copy = DuplicateImage::new(held, copy, ImageId::Local(admin.new_ami_id(false)));
            wrote!(admin.duplicate_image(copy, &acme));
            wrote!(admin.deregister_image(held, &acme, None, Retention::default(), true));
        })
        .await;
        let mut edit = EditImage::default();
        edit.add_tags = BTreeSet::from([p("team:owner=web")]);
        wrote!(admin.edit_image(id, &acme, edit));
        wrote!(admin.unshare_image(id, &acme, false));
        wrote!(admin.share_image(id, &acme));
        wrote!(admin.deprecate_image(id, &acme, None, None, None));
        wrote!(admin.deprecate_image_anew(id, &acme, p("2026-09-01T00:00:00Z")));
        wrote!(admin.undeprecate_image(id, &acme));
        wrote!(admin.disable_image(id, &acme, None));
        wrote!(admin.enable_image(id, &acme));
        wrote!(admin.protect_image(id, &acme, false));
        wrote!(admin.unprotect_image(id, &acme));
        // Role maps.
        let name = p("front");
        wrote!(admin.make_role_map(crate::elsewhere::role("/acme", "front")));
        wrote!(admin.set_role_image(&name, &acme, id));
        wrote!(admin.unset_role_image(&name, &acme, &p(EAST)));
        wrote!(admin.remove_role_map(&name, &acme));
        // Plans.
        let newer = admin.register_image(image("/acme", EAST, 60)).await;
        let newer = newer.unwrap().record.id();
        committed(&admin, "/acme", "planned", 1).await;
        let ask = replacing(id, newer, &acme);
        let plan = admin.plan_replace(&ask, &acme).await.unwrap();
        let plan = wrote!(admin.apply_replace(&plan, &acme)).plan.unwrap();
        wrote!(admin.undo_replacement(plan, &acme));
        let plan = admin.plan_revoke(&revoking(newer), &acme).await.unwrap();
        let plan = wrote!(admin.apply_revoke(&plan, &acme)).plan.unwrap();
        wrote!(admin.undo_revocation(plan, &acme));
        admin.delete_mci(&p("planned"), &acme).await.unwrap();
        // The bin.
        let keep = Retention::default();
        wrote!(admin.delete_image(id, &acme, None, keep, false));
        wrote!(admin.restore_image(id, &acme));
        wrote!(admin.delete_image(id, &acme, None, keep, true));
        let taking = TakeWork::new(acme.clone(), Duration::from_hours(1));
        let deletion = wrote!(admin.take_work(&taking)).unwrap();
        let gone = ReportWork {
            attempt: deletion.attempt,
            report: WorkReport::NotFound,
        };
        wrote!(admin.report_work(deletion.id, &acme, gone));
        wrote!(admin.purge(id, &acme, true));
        let second = wrote!(admin.register_image(image("/acme", WEST, 8)));
        let second = second.record.id();
        wrote!(admin.delete_image(second, &acme, None, keep, false));
        wrote!(admin.empty_image_bin(&acme, true));
        // Work for hosts.
        let third = wrote!(admin.register_image(image("/acme", EAST, 9))).record;
        let copy = WorkRequest::Copy { to: p(WEST) };
        let copy = wrote!(admin.order_work(third.id(), &acme, copy)).id;
        wrote!(admin.cancel_work(copy, &acme, None));
        let mut asked = BundleImage::new(acme.clone(), p(EAST), p("i-1"));
        asked.os = Some(OsFacts::parse("debian", "12", "12.5").unwrap());
        let server = CloudServer::new(p(EAST), p("i-1"), ServerState::Operational);
        let order = wrote!(admin.bundle(asked, Some(server))).order.id;
        let attempt = wrote!(admin.take_work(&taking)).unwrap().attempt;
        let failed = WorkReport::Failed {
            reason: p("no room"),
        };
        let report = |attempt, report| ReportWork { attempt, report };
        wrote!(admin.report_work(order, &acme, report(attempt, failed)));
        wrote!(admin.retry_work(order, &acme));
        let attempt = wrote!(admin.take_work(&taking)).unwrap().attempt;
        let done = WorkReport::Done {
            image_id: Some(ami(10)),
        };
        wrote!(admin.report_work(order, &acme, report(attempt, done)));
        // MultiCloud Images.
        wrote!(admin.make_mci(&NewLineage::new(acme.clone(), p("plain"))));
        wrote!(admin.create_mci(&acme, p("web")));
        let web = p("web");
        wrote!(admin.unshare_mci(&web, &acme, false));
        wrote!(admin.share_mci(&web, &acme));
        wrote!(admin.edit_mci(&web, &acme, vec![set(EAST, 9)], None));
        wrote!(admin.commit_mci(&web, &acme, p("first"), None));
        wrote!(admin.edit_mci(&web, &acme, vec![set(WEST, 9)], None));
        wrote!(admin.restore_mci(&p("web@1"), &acme, None));
        wrote!(admin.undo_mci(&web, &acme, None, None));
        wrote!(admin.deprecate_mci(&web, &acme, "old"));
        let first = p::<Reference>("web@1");
        wrote!(admin.revoke_mci(&first, &acme, "bad", OnRevoke::Stay));
        wrote!(admin.unmark_mci(&first, &acme));
        wrote!(admin.unmark_mci(&first, &acme));
        wrote!(admin.clone_mci(&CloneMci::new(web.clone(), acme.clone())));
        wrote!(admin.commit_mci(&web, &acme, p("second"), None));
        let update = MergeMci::new(p("web (clone)"), web.clone(), acme.clone());
        wrote!(admin.merge_mci(&update));
        let stable = p("stable");
        wrote!(admin.assign_channel(&stable, LineageKind::Mci, &first, &acme));
        wrote!(admin.assign_channel(&stable, LineageKind::Mci, &web, &acme));
        wrote!(admin.roll_back_channel(&stable, LineageKind::Mci, &web, &acme));
        wrote!(admin.restrict_channel(&stable, LineageKind::Mci, &web, &acme));
        wrote!(admin.open_channel(&stable, LineageKind::Mci, &web, &acme));
        wrote!(admin.delete_channel(&stable, LineageKind::Mci, &web, &acme));
        wrote!(admin.release(
            LineageKind::Mci,
            &web,
            &acme,
            &semver::Version::new(1, 0, 0)
        ));
        // A future of its own: one of all calls is too large for a stack.
        Box::pin(async {
            let lock = admin.lock(&web, &acme, None).await.unwrap().into();
            wrote!(admin.register_lock(&lock, &p("prod"), &acme));
            wrote!(admin.unregister_lock(&p("prod"), &acme));
            committed(&admin, "/acme", "short", 9).await;
            wrote!(admin.delete_mci(&p("short"), &acme));
            admin.create_template(&acme, p("short")).await.unwrap();
            wrote!(admin.delete_template(&p("short"), &acme));
        })
        .await;
        let deny = Deny::Codes([CheckCode::MixedOs].into());
        let checks = CheckOptions::default();
        wrote!(admin.edit_mci(&web, &acme, vec![set(DUBLIN, 1)], None));
        wrote!(admin.commit_mci_denying(&web, &acme, p("again"), None, &deny, &checks));
        wrote!(admin.require_locations(&web, &acme, &[p(EAST)]));
        wrote!(admin.unrequire_locations(&web, &acme, &[p(EAST)]));
        wrote!(admin.match_mci(&web, &acme, &p(DUBLIN), None));
        let unset = HeadEdit::Unset {
            location: p(LONDON),
        };
        wrote!(admin.edit_mci(&web, &acme, vec![unset], None));
        wrote!(admin.rematch_mci(&web, &acme, None));
        wrote!(admin.remove_matcher(&web, &acme, &p(DUBLIN)));
        // ServerTemplates.
        let pair = NewLineage::new(acme.clone(), p("pair"));
        wrote!(admin.create_template_with_mci(&pair, p("pair")));
        wrote!(admin.make_template(&NewLineage::new(acme.clone(), p("plain"))));
        wrote!(admin.create_template(&acme, p("front")));
        let front = p("front");
        wrote!(admin.unshare_template(&front, &acme, false));
        wrote!(admin.share_template(&front, &acme));
        let link = vec![TemplateChange::Link(p("web@1"))];
        wrote!(admin.edit_template(&front, &acme, link, None));
        let commit = CommitTemplate::new(front.clone(), acme.clone(), p("first"));
        wrote!(admin.commit_template(&commit));
        wrote!(admin.commit_mci(&web, &acme, p("newer"), None));
        wrote!(admin.update_template(&front, &acme, None, None));
        let move_on = vec![TemplateChange::Retarget(p("web@head"))];
        wrote!(admin.edit_template(&front, &acme, move_on, None));
        wrote!(admin.restore_template(&p("front@1"), &acme, None));
        wrote!(admin.undo_template(&front, &acme, None, None));
        wrote!(admin.clone_template(&CloneTemplate::new(p("front@1"), acme.clone())));
        wrote!(admin.commit_template(&commit));
        let update = MergeTemplate::new(p("front (clone)"), front.clone(), acme.clone());
        wrote!(admin.merge_template(&update));
        let first = p::<Reference>("front@1");
        wrote!(admin.deprecate_template(&first, &acme, "old"));
        wrote!(admin.revoke_template(&first, &acme, "bad", OnRevoke::RollBack));
        wrote!(admin.unmark_template(&first, &acme));
        // Deployments, servers and launches.
        let mut pool = MakeDeployment::new(acme.clone(), p("pool"));
        pool.shared = Some(false);
        wrote!(admin.make_deployment(pool));
        wrote!(admin.share_deployment(&p("pool"), &acme));
        wrote!(admin.unshare_deployment(&p("pool"), &acme));
        wrote!(admin.rename_deployment(&p("pool"), &acme, &p("fleet")));
        wrote!(admin.delete_deployment(&p("fleet"), &acme));
        wrote!(admin.add_server(crate::servers::adding("/acme", "web-1")));
        let server = p("web-1");
        let rename = vec![ServerEdit::Rename(p("web-2"))];
        wrote!(admin.edit_server(&server, &acme, rename));
        let server = p("web-2");
        let first = Some(Selector::Number(RevisionNumber::FIRST));
        wrote!(admin.reinherit_server(&server, &acme, first.as_ref()));
        let report = ReportLaunch::new(acme.clone(), server.clone(), LaunchPhase::Requested);
        wrote!(admin.report_launch(report));
        wrote!(admin.remove_server(&server, &acme));
        // The marketplace.
        let group = wrote!(admin.make_group(&acme, &p("market"))).id;
        let group = GroupRef::Id(group);
        let code = admin.invite(&group, &acme).await.unwrap().code;
        admin.accept_invitation(code, &beta).await.unwrap();
        let to = || PublishTo::Groups(vec![group.clone()]);
        let at = p("web@1");
        let mut ask = PublishAsk::new(LineageKind::Mci, at, acme.clone(), to(), p("it"));
        (ask.admit.private, ask.admit.unknown) = (true, true);
        let published = wrote!(admin.publish(&ask)).publication;
        let choice = PublicationChoice::from(published.reference());
        wrote!(admin.deprecate_publication(&choice, &acme, &p("old")));
        wrote!(admin.reactivate_publication(&choice, &acme));
        let import = ImportPublication {
            publication: choice,
            account: beta.clone(),
        };
        wrote!(admin.import_publication(&import));
        ask.reference = p("web@2");
        admin.publish(&ask).await.unwrap();
        wrote!(admin.import_updates(&beta, None));
        wrote!(admin.delete_import(LineageKind::Mci, &p("web"), &beta));
        let offer = OfferHead {
            kind: LineageKind::Mci,
            reference: p("web"),
            scope: acme.clone(),
            to: to(),
        };
        let lineage = wrote!(admin.offer_head(&offer)).lineage;
        wrote!(admin.subscribe(lineage, &beta));
        wrote!(admin.unsubscribe(lineage, &beta));
        wrote!(admin.withdraw_head(lineage, &acme));
        // Imports: whole, and in batches that somebody stops.
        let document = |number: u64| {
            let time = format!("2026-01-0{number}T00:00:00Z");
            let images = [("x86_64", EAST, 20 + number), ("x86_64", WEST, 30 + number)];
            small("stable", &format!("{number}.0"), &time, &images)
        };
        wrote!(admin.import_streams(&[document(1)], &options(true), &|_| {}));
        admin.add_principal(&p("ivy")).await.unwrap();
        let (ivys, designer) = (p("ivy"), Role::DESIGNER);
        admin.grant(&ivys, &designer, &acme, None).await.unwrap();
        let mut batches = options(true);
        batches.in_batches = true;
        let stop = |step: cloud_atlas::ImportProgress| {
            if step.done == 1 {
                run(admin.revoke(&p("ivy"), &Role::DESIGNER, &acme)).unwrap();
            }
        };
        watched.written();
        let both = [document(2), document(3)];
        ivy.import_streams(&both, &batches, &stop)
            .await
            .unwrap_err();
        // Each batch tells of what it did, and so does whoever takes the right away.
        for commit in watched.written() {
            let event = |write: &Write| write.key().space().as_text().as_deref() == Some("event");
            assert!(commit.iter().any(event), "{commit:?}");
        }
        // Disk images: how far one is, is noted without an event.
        let mut quota = cloud_atlas::image::DiskQuota::new(acme.clone());
        quota.images = Some(3);
        wrote!(admin.set_disk_quota(quota));
        #[cfg(feature = "repository")]
        Box::pin(async {
            use crate::disk_images::{Broken, MIB, disk, file, request, through};
            use cloud_atlas::{DiskWatch, ImportDiskOptions};
            let (options, watch) = (ImportDiskOptions::default(), DiskWatch::default());
            let bytes = disk(MIB, 1);
            let sources = vec![file(&bytes)];
            let made =
                wrote!(admin.import_disk_image(request("/acme", "web"), sources, &options, &watch));
            let (id, grace) = (made.image.id, Duration::ZERO);
            let broken = admin.import_disk_image(
                request("/acme", "other"),
                vec![Box::new(Broken)],
                &options,
                &watch,
            );
            watched.written();
            broken.await.unwrap_err();
            told("import_disk_image", &admin, &watched.written());
            let begun = wrote!(admin.begin_disk_image(request("/acme", "begun"))).id;
            let sources = vec![file(&bytes)];
            wrote!(admin.make_disk_image(begun, &acme, sources, &options, &watch));
            wrote!(admin.delete_disk_image(begun, &acme, None));
            let failed = admin.disk_images_named(&p("other"), &acme).await.unwrap();
            let sources = vec![file(&bytes)];
            wrote!(admin.retry_disk_image(failed[0].id, &acme, sources, &options, &watch));
            let order = admin.delete_image(made.record.id(), &acme, None, keep, true);
            order.await.unwrap();
            wrote!(admin.clean_pools(grace, None, &watch));
            admin.disk_image(id, &acme).await.unwrap_err();
            // One that somebody works on is begun anew by another.
            let (again, noted) = (admin.clone(), Arc::clone(&watched));
            let sources = through(&disk(4 * MIB, 2), move || {
                let (options, watch) = (ImportDiskOptions::default(), DiskWatch::default());
                let acme = p("/acme");
                let found = run(again.disk_images_named(&p("third"), &acme)).unwrap();
                noted.written();
                let sources = vec![file(&disk(MIB, 3))];
                let made = again.retry_disk_image(found[0].id, &acme, sources, &options, &watch);
                run(made).unwrap();
                told("retry_disk_image", &again, &noted.written());
            });
            let asked = request("/acme", "third");
            let taken = admin.import_disk_image(asked, sources, &options, &watch);
            taken.await.unwrap_err();
            wrote!(admin.delete_disk_image(failed[0].id, &acme, None));
        })
        .await;
        let job = admin.jobs(&acme).await.unwrap().remove(0).id;
        wrote!(admin.forget_job(job, &acme));
    });
    tried.extend(NEITHER.map(str::to_owned));
    #[cfg(not(feature = "repository"))]
    tried.extend(OF_REPOSITORIES.map(str::to_owned));
    let found = writes_in_the_source();
    let missing: Vec<_> = found.difference(&tried).collect();
    assert!(missing.is_empty(), "not tried: {missing:?}");
    let gone: Vec<_> = tried.difference(&found).collect();
    assert!(gone.is_empty(), "no longer there: {gone:?}");
}

//! Every future of a session may travel between threads.

use crate::{
    access_keys::{new_key, sealed},
    plans::{replacing, retaining, revoking},
    support::{World, ami, ask, image, most, options, p},
};
use cloud_atlas::{
    AddCredential, Atlas, BundleImage, CandidateQuery, CheckOptions, CloneMci, CloneTemplate,
    CommitTemplate, DuplicateImage, EventQuery, GraphBounds, GroupRef, ImageQuery,
    ImportPublication, JobId, LineageKind, Loader, LockRef, MergeMci, MergeTemplate, NewImage,
    NewLineage, OfferHead, PlanId, PublicationChoice, PublishAsk, PublishTo, ReportWork, Retention,
    SnapshotQuery, TakeWork, WorkQuery, XrefSubject,
    base::Name,
    history::LineageId,
    image::{AddSnapshot, CopyImage, EditImage, LabelChange, WorkReport},
    image_id::Cloud,
    market::CatalogueQuery,
    mci::Deny,
    scope::{InvitationCode, Permission, Role, Scope},
    store::FeedPosition,
    template::{ChannelName, OnRevoke, Reference},
};
use core::time::Duration;

fn send(_: impl Future<Output: Send> + Send) {}

#[test]
fn every_future_of_the_facade_is_send() {
    let world = World::new();
    let admin = world.admin();
    let (scope, who, web) = (p::<Scope>("/acme"), p("dana"), p::<Reference>("web"));
    let (name, stable) = (p::<Name>("web"), p::<ChannelName>("stable"));
    let lock = crate::support::run(async {
        crate::support::committed(&admin, "/acme", "web", 1).await;
        admin.lock(&web, &scope, None).await.unwrap()
    });
    let record = p("img-00000000000000000000000000000001");
    let credential = AddCredential::new(scope.clone(), Cloud::Aws, p("aws"), p("vault:x"));
    let request = ask("web", "aws/us-east-1", "/acme");
    let options = options(true);
    let key = new_key("dana", "/acme", "AKIDONE");

    send(Atlas::init("memory:"));
    send(Atlas::open("redb:nowhere"));
    send(Loader::open("redb:nowhere"));
    send(Atlas::builder().with_store(world.atlas.store()));
    send(world.atlas.check());
    send(world.atlas.dump(|_| Ok(()), &|_| {}));
    send(
        world
            .atlas
            .load(|| Ok(Vec::<std::io::Result<String>>::new()), &|_| {}),
    );

    send(admin.add_scope(&scope));
    send(admin.scopes(&most()));
    send(admin.rename_scope(&scope, &scope));
    send(admin.remove_scope(&scope));
    send(admin.add_principal(&who));
    send(admin.principals(&most()));
    send(admin.rename_principal(&who, &who));
    send(admin.remove_principal(&who));
    send(admin.grant(&who, &Role::ACTOR, &scope, None));
    send(admin.revoke(&who, &Role::ACTOR, &scope));
    send(admin.grants(None, &most()));
    send(admin.can(Permission::MciView, &scope));
    send(admin.add_access_key(&key, &sealed("one")));
    send(admin.access_keys(None, &most()));
    send(admin.rotate_access_key(&key.id, &key.id, &sealed("two"), p("2027-01-01T00:00:00Z")));
    send(admin.disable_access_key(&key.id));
    send(admin.enable_access_key(&key.id));
    send(admin.remove_access_key(&key.id));
    send(admin.sealed_access_keys(&most()));
    send(world.atlas.known_access_key(&key.id));
    send(admin.add_credential(credential));
    send(admin.credentials(&scope, &most()));
    send(admin.remove_credential(&scope, &name));
    send(admin.register_image(image("/acme", "aws/us-east-1", 1)));
    send(admin.images(&ImageQuery::new(scope.clone()), &most()));
    send(admin.image(record, &scope));
    let keep = |_: &cloud_atlas::LaunchableImage| true;
    send(admin.launchable_images(&ImageQuery::new(scope.clone()), &most(), &keep));
    send(admin.look_up_images(&p("local/main"), &[ami(1)], &scope));
    send(admin.make_image(NewImage::new(image("/acme", "local/main", 1))));
    let copy = DuplicateImage::new(record, CopyImage::new(p("local/main")), ami(2));
    send(admin.duplicate_image(copy, &scope));
    send(admin.deregister_image(record, &scope, None, Retention::default(), true));
    let snapshot = p("snap-12345678");
    send(admin.add_snapshot(
        &scope,
        &p("local/main"),
        AddSnapshot::new(p("snap-12345678")),
    ));
    send(admin.snapshots(&SnapshotQuery::new(scope.clone()), &most(), &|_| true));
    send(admin.look_up_snapshots(&p("local/main"), &[], &scope));
    send(admin.delete_snapshot(&p("local/main"), &snapshot, &scope));
    send(admin.change_labels(&[], &scope, &LabelChange::default()));
    send(admin.change_launch_permissions(record, &[], &[], &scope));
    let asked = CandidateQuery::new(scope.clone(), p("aws/us-east-1"));
    let order = p("work-00000000000000000000000000000001");
    let report = ReportWork {
        attempt: 1,
        report: WorkReport::NotFound,
    };
    let taking = TakeWork::new(scope.clone(), Duration::from_secs(1));
    send(admin.ancestors(record, &scope));
    send(admin.candidates(&asked, None));
    send(admin.discover(&asked));
    let bundle = BundleImage::new(scope.clone(), p("aws/us-east-1"), p("i-1"));
    send(admin.bundle(bundle, None));
    send(admin.work_orders(&WorkQuery::new(scope.clone()), &most()));
    send(admin.work_order(order, &scope));
    send(admin.take_work(&taking));
    send(admin.report_work(order, &scope, report));
    send(admin.cancel_work(order, &scope, None));
    send(admin.retry_work(order, &scope));
    send(admin.image_referrers(record, &scope));
    send(admin.deprecate_image(record, &scope, None, None, None));
    send(admin.deprecate_image_anew(record, &scope, p("2026-09-01T00:00:00Z")));
    send(admin.undeprecate_image(record, &scope));
    send(admin.disable_image(record, &scope, None));
    send(admin.enable_image(record, &scope));
    send(admin.delete_image(record, &scope, None, Retention::default(), true));
    send(admin.restore_image(record, &scope));
    send(admin.purge(record, &scope, true));
    send(admin.empty_image_bin(&scope, false));
    send(admin.protect_image(record, &scope, true));
    send(admin.unprotect_image(record, &scope));
    send(admin.edit_image(record, &scope, EditImage::default()));
    send(admin.share_image(record, &scope));
    send(admin.unshare_image(record, &scope, false));
    send(admin.create_mci(&scope, name.clone()));
    send(admin.make_mci(&NewLineage::new(scope.clone(), name.clone())));
    send(admin.share_mci(&web, &scope));
    send(admin.unshare_mci(&web, &scope, false));
    send(admin.edit_mci(&web, &scope, Vec::new(), None));
    send(admin.commit_mci(&web, &scope, p("m"), None));
    let (deny, checks) = (Deny::Warnings, CheckOptions::default());
    send(admin.commit_mci_denying(&web, &scope, p("m"), None, &deny, &checks));
    send(admin.mci_check(&web, &scope, &checks));
    send(admin.require_locations(&web, &scope, &[]));
    send(admin.unrequire_locations(&web, &scope, &[]));
    let east = p("aws/us-east-1");
    send(admin.match_mci(&web, &scope, &east, None));
    send(admin.rematch_mci(&web, &scope, None));
    send(admin.matchers(&web, &scope));
    send(admin.remove_matcher(&web, &scope, &east));
    send(admin.mci_free(&web, &scope));
    send(admin.mci_suggest(&web, &scope, &east));
    let clone = CloneMci::new(web.clone(), scope.clone());
    send(admin.clone_mci(&clone));
    let merge = MergeMci::new(web.clone(), web.clone(), scope.clone());
    send(admin.merge_mci(&merge));
    send(admin.mci_merge_preview(&merge));
    send(admin.restore_mci(&web, &scope, None));
    send(admin.undo_mci(&web, &scope, None, None));
    send(admin.mci_undo_points(&web, &scope));
    send(admin.deprecate_mci(&web, &scope, "old"));
    send(admin.revoke_mci(&web, &scope, "bad", OnRevoke::RollBack));
    send(admin.unmark_mci(&web, &scope));
    send(admin.mci(&web, &scope));
    send(admin.mcis(&scope, &most()));
    send(admin.mci_log(&web, &scope, &most()));
    send(admin.mci_diff(&web, &web, &scope));
    send(admin.mci_graph(&web, &scope, GraphBounds::default()));
    send(admin.diff_pair(&web, &scope));
    send(admin.coverage(std::slice::from_ref(&web), &scope));
    send(admin.assign_channel(&stable, LineageKind::Mci, &web, &scope));
    send(admin.roll_back_channel(&stable, LineageKind::Mci, &web, &scope));
    send(admin.restrict_channel(&stable, LineageKind::Mci, &web, &scope));
    send(admin.open_channel(&stable, LineageKind::Mci, &web, &scope));
    send(admin.delete_channel(&stable, LineageKind::Mci, &web, &scope));
    send(admin.channel(&stable, LineageKind::Mci, &web, &scope));
    send(admin.channels(LineageKind::Mci, &web, &scope, &most()));
    send(admin.release(
        LineageKind::Mci,
        &web,
        &scope,
        &semver::Version::new(1, 0, 0),
    ));
    send(admin.releases(LineageKind::Mci, &web, &scope, &most()));
    send(admin.resolve(&request));
    send(admin.explain(&request));
    send(admin.resolve_all(&request.subject));
    send(admin.lock(&web, &scope, None));
    let subject = XrefSubject::Image(record);
    send(admin.xref(&subject, &scope));
    send(admin.delete_mci(&web, &scope));
    send(admin.delete_template(&web, &scope));
    let (any, held) = (lock.clone().into(), LockRef::Name(name.clone()));
    send(admin.verify_lock(&any, &scope));
    send(admin.update_lock(&any, None, &scope, None));
    send(admin.lock_template(&web, None, &scope, None));
    send(admin.resolve_locked(&any, &east, &scope));
    send(admin.register_lock(&any, &name, &scope));
    send(admin.registered_locks(&scope, &most()));
    send(admin.registered_lock(&held, &scope));
    send(admin.unregister_lock(&held, &scope));
    send(admin.import_streams(&[], &options, &|_| {}));
    send(admin.export_stream(std::slice::from_ref(&web), &scope));
    send(admin.events(&scope, &most()));
    let (trail, to) = (EventQuery::new(scope.clone()), [p("all")]);
    let (group, code) = (GroupRef::Name(name.clone()), InvitationCode::from_u128(1));
    send(admin.find_events(&trail, &most()));
    send(admin.events_head(&scope));
    send(admin.events_after(&trail, FeedPosition::START));
    send(admin.events_wait(&scope, FeedPosition::START));
    send(admin.givers(&scope));
    send(admin.launch_permissions(record, &scope));
    send(admin.add_launch_permissions(record, &to, &scope));
    send(admin.remove_launch_permissions(record, &to, &scope));
    send(admin.reset_launch_permissions(record, &scope));
    send(admin.find_images(&[ami(1)], &scope));
    let map = crate::elsewhere::role("/acme", "web");
    send(admin.check_copy(record, &scope, &p("aws/us-west-2")));
    send(admin.copy_image(record, &scope, CopyImage::new(p("aws/us-west-2")), ami(2)));
    send(admin.promote_image(record, &scope, None));
    send(admin.make_role_map(map));
    send(admin.role_maps(&scope, &most()));
    send(admin.role_map(&name, &scope));
    send(admin.set_role_image(&name, &scope, record));
    send(admin.unset_role_image(&name, &scope, &p("aws/us-east-1")));
    send(admin.remove_role_map(&name, &scope));
    send(admin.register_watched(Vec::new(), &|_| {}));
    send(admin.register_each(Vec::new(), &|_| {}));
    send(admin.make_group(&scope, &name));
    send(admin.invite(&group, &scope));
    send(admin.cancel_invitation(&group, 1, &scope));
    send(admin.accept_invitation(code, &scope));
    send(admin.remove_member(&group, &scope, &scope));
    send(admin.leave_group(&group, &scope));
    send(admin.delete_group(&group, &scope));
    send(admin.group(&group, &scope));
    send(admin.share_deployment(&name, &scope));
    send(admin.unshare_deployment(&name, &scope));
    send(admin.groups(&scope, &most()));
    send(admin.jobs(&scope));
    send(admin.forget_job(JobId::from_u128(1), &scope));
    let (other, plan) = (
        p("img-00000000000000000000000000000002"),
        PlanId::from_u128(1),
    );
    let (revoke, replace) = (revoking(record), replacing(record, other, &scope));
    send(admin.plan_revoke(&revoke, &scope));
    send(admin.undo_revocation(plan, &scope));
    send(admin.plan_replace(&replace, &scope));
    send(admin.undo_replacement(plan, &scope));
    let retain = retaining(&scope);
    send(admin.plan_retention(&retain));
    send(admin.applied_plans(&scope, &most()));
    let (revoke, replace) = crate::plans::empty();
    send(admin.apply_revoke(&revoke, &scope));
    send(admin.apply_replace(&replace, &scope));
}

#[test]
fn every_future_about_templates_is_send() {
    let world = World::new();
    let admin = world.admin();
    let (scope, front) = (p::<Scope>("/acme"), p::<Reference>("front"));
    send(admin.create_template(&scope, p("front")));
    let both = NewLineage::new(scope.clone(), p("front"));
    send(admin.make_template(&both));
    send(admin.create_template_with_mci(&both, p("web")));
    send(admin.share_template(&front, &scope));
    send(admin.unshare_template(&front, &scope, false));
    send(admin.edit_template(&front, &scope, Vec::new(), None));
    let commit = CommitTemplate::new(front.clone(), scope.clone(), p("m"));
    send(admin.commit_template(&commit));
    let clone = CloneTemplate::new(front.clone(), scope.clone());
    send(admin.clone_template(&clone));
    let merge = MergeTemplate::new(front.clone(), front.clone(), scope.clone());
    send(admin.merge_template(&merge));
    send(admin.template_merge_preview(&merge));
    send(admin.restore_template(&front, &scope, None));
    send(admin.undo_template(&front, &scope, None, None));
    send(admin.deprecate_template(&front, &scope, "old"));
    send(admin.revoke_template(&front, &scope, "bad", OnRevoke::Stay));
    send(admin.unmark_template(&front, &scope));
    send(admin.template_undo_points(&front, &scope));
    send(admin.template_updates(&front, &scope));
    send(admin.update_template(&front, &scope, None, None));
    send(admin.template(&front, &scope));
    send(admin.templates(&scope, &most()));
    send(admin.template_graph(&front, &scope, GraphBounds::default()));
    send(admin.template_log(&front, &scope, &most()));
    send(admin.template_diff(&front, &front, &scope));
    send(admin.template_diff_pair(&front, &scope));
}

#[test]
fn every_future_about_the_market_is_send() {
    let world = World::new();
    let admin = world.admin();
    let (scope, web) = (p::<Scope>("/acme"), p::<Reference>("web"));
    let (kind, lineage) = (LineageKind::Mci, LineageId::from_u128(1));
    let publish = PublishAsk::new(
        kind,
        web.clone(),
        scope.clone(),
        PublishTo::Everybody,
        p("it"),
    );
    let offer = OfferHead {
        kind,
        reference: web.clone(),
        scope: scope.clone(),
        to: PublishTo::Everybody,
    };
    let choice = p::<PublicationChoice>("/acme:web");
    let import = ImportPublication {
        publication: choice.clone(),
        account: scope.clone(),
    };
    send(admin.publish(&publish));
    send(admin.publish_preview(&publish));
    send(admin.publications(&scope, &most()));
    send(admin.publication(&choice, &scope));
    send(admin.deprecate_publication(&choice, &scope, &p("old")));
    send(admin.reactivate_publication(&choice, &scope));
    send(admin.catalogue(&CatalogueQuery::default(), &scope, &most()));
    send(admin.importers(&choice, &scope));
    send(admin.import_publication(&import));
    send(admin.imports(&scope, &most()));
    send(admin.delete_import(kind, &web, &scope));
    send(admin.market_updates(&scope));
    send(admin.market_diff(p("1"), p("pub-00000000000000000000000000000001@2"), &scope));
    send(admin.import_updates(&scope, None));
    send(admin.offer_head(&offer));
    send(admin.withdraw_head(lineage, &scope));
    send(admin.head_offers(&scope));
    send(admin.subscribe(lineage, &scope));
    send(admin.unsubscribe(lineage, &scope));
    send(admin.subscriptions(&scope));

    let (ami, ask) = (p("ami-00000000000000001"), most());
    send(admin.disk_images(&scope, &ask));
    let called = p("web");
    send(admin.unfinished_disk_images(&scope, &most()));
    send(admin.disk_images_named(&called, &scope));
    send(admin.disk_image(ami, &scope));
    send(admin.set_disk_quota(cloud_atlas::image::DiskQuota::new(scope.clone())));
    send(admin.disk_quota(&scope));
    #[cfg(feature = "repository")]
    {
        use cloud_atlas::{DiskWatch, ImportDiskOptions, repository::Depth};
        let (how, watch) = (ImportDiskOptions::default(), DiskWatch::default());
        let asked = crate::disk_images::request("/acme", "web");
        send(admin.import_disk_image(asked, Vec::new(), &how, &watch));
        send(admin.retry_disk_image(ami, &scope, Vec::new(), &how, &watch));
        let asked = crate::disk_images::request("/acme", "web");
        send(admin.begin_disk_image(asked));
        send(admin.make_disk_image(ami, &scope, Vec::new(), &how, &watch));
        send(admin.open_disk_image(ami, &scope));
        send(admin.delete_disk_image(ami, &scope, None));
        send(admin.verify_pools(Depth::Chunks, core::num::NonZeroUsize::MIN, &watch));
        send(admin.clean_pools(Duration::ZERO, None, &watch));
    }
}

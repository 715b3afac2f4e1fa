//! Every read of the facade, asked by somebody of another account: what is hidden answers as what
//! is absent does, byte for byte, and costs the same reads of the store.

use crate::{
    counting::{Counting, Reads},
    plans::{replacing, retaining, revoking},
    support::{World, calls, committed, image, most, only_reads, p, run},
};
use cloud_atlas::{
    CheckOptions, CommitTemplate, Error, EventQuery, GraphBounds, GroupRef, ImageQuery,
    ImportPublication, LaunchBase, LaunchRequest, LaunchSubject, LineageKind, LockRef,
    MakeDeployment, MergeMci, MergeTemplate, OfferHead, PublicationChoice, PublishAsk, PublishTo,
    ReportLaunch, Retention, ServerQuery, ServerRef, Session, SnapshotQuery, TemplateChange,
    WorkQuery, WorkRequest, XrefSubject,
    base::Name,
    history::LineageId,
    image::{ImageRecordId, LaunchPermission, WorkOrderId},
    image_id::AmiId,
    market::{CatalogueQuery, PublicationRef},
    scope::{GroupId, Permission, Scope},
    store::FeedPosition,
    template::{LaunchPhase, LockFile, Reference},
};
use std::{collections::BTreeSet, fmt::Debug, pin::Pin, sync::Arc};

const EAST: &str = "aws/us-east-1";

/// What a caller may name of an account that is not hers: ids that are there in one world, and
/// nowhere in the other.
#[derive(Debug, Clone)]
struct Named {
    lineage: LineageId,
    template: LineageId,
    image: ImageRecordId,
    other: ImageRecordId,
    group: GroupId,
    lock: LockFile,
    registered: LockRef,
    publication: PublicationChoice,
    published: PublicationRef,
    order: WorkOrderId,
    server: ServerRef,
    disk: AmiId,
    from: Scope,
}

type Answer<'a> = Pin<Box<dyn Future<Output = String> + 'a>>;

async fn told<T: Debug, E: std::error::Error>(
    result: impl Future<Output = Result<T, E>>,
) -> String {
    match result.await {
        Ok(answer) => format!("{answer:?}"),
        Err(error) => format!("error: {error}"),
    }
}

/// What is answered of each kind of lineage.
async fn of_both<A: Future<Output = String>>(ask: impl Fn(LineageKind) -> A) -> String {
    let mci = ask(LineageKind::Mci).await;
    format!("{mci} {}", ask(LineageKind::Template).await)
}

macro_rules! reads {
    ($($(#[$only:meta])? $name:ident($who:ident, $named:ident) $call:expr;)*) => {
        /// The reads of the facade that are tried, by their names.
        const READS: &[(&str, for<'a> fn(&'a Session, &'a Named, &'a Reference) -> Answer<'a>)] = &[
            $($(#[$only])? (stringify!($name), |$who, $named, reference| {
                // Not every read takes a reference.
                let _ = reference;
                Box::pin(async move { $call(reference).await })
            }),)*
        ];
    };
}

reads! {
    can(who, named) |_| told(who.can(Permission::MciView, &named.from));
    givers(who, named) |_| told(who.givers(&named.from));
    channel(who, named) |r| of_both(move |kind| told(async move {
        who.channel(&p("stable"), kind, r, &named.from).await
    }));
    channels(who, named) |r| of_both(move |kind| told(async move {
        who.channels(kind, r, &named.from, &most()).await
    }));
    deployment(who, named) |_| told(async move { who.deployment(&p("fleet"), &named.from).await });
    deployments(who, named) |_| told(async move { who.deployments(&named.from, &most()).await });
    launches(who, named) |_| told(async move {
        who.launches(&named.server, &named.from, &most()).await
    });
    reinherit_preview(who, named) |_| told(who.reinherit_preview(&named.server, &named.from, None));
    server(who, named) |_| told(who.server(&named.server, &named.from));
    server_offers(who, named) |_| told(async move {
        who.server_offers(&p(EAST), &named.from, &most()).await
    });
    template_times(who, named) |r| told(who.template_times(r, r, &named.from));
    server_networks(who, named) |_| told(async move {
        who.server_networks(&p(EAST), &named.from).await
    });
    server_next(who, named) |_| told(who.server_next(&named.server, &named.from));
    servers(who, named) |r: &Reference| {
        let mut query = ServerQuery::new(named.from.clone());
        let all = query.clone();
        query.using = Some((LineageKind::Mci, r.clone()));
        async move {
            let all = told(async { who.servers(&all, &most()).await }).await;
            let using = told(async { who.servers(&query, &most()).await }).await;
            // One that is refused is told of, whatever the other one says.
            if all.starts_with("error") { all + &using } else { using + &all }
        }
    };
    credentials(who, named) |_| told(async move { who.credentials(&named.from, &most()).await });
    find_events(who, named) |_| told(async move { who.find_events(&trail(named), &most()).await });
    events_after(who, named) |_| told(async move {
        who.events_after(&trail(named), FeedPosition::START).await
    });
    events_wait(who, named) |_| told(who.events_wait(&named.from, FeedPosition::START));
    events_head(who, named) |_| told(who.events_head(&named.from));
    export_stream(who, named) |r| told(async move {
        who.export_stream(std::slice::from_ref(r), &named.from).await
    });
    publication(who, named) |_| told(who.publication(&named.publication, &named.from));
    publications(who, named) |_| told(async move {
        who.publications(&named.from, &most()).await
    });
    publish_preview(who, named) |r| of_both(move |kind| told(async move {
        let (from, to) = (named.from.clone(), PublishTo::Everybody);
        let r: &Reference = r;
        who.publish_preview(&PublishAsk::new(kind, r.clone(), from, to, p("it"))).await
    }));
    catalogue(who, named) |_| told(async move {
        who.catalogue(&CatalogueQuery::default(), &named.from, &most()).await
    });
    importers(who, named) |_| told(who.importers(&named.publication, &named.from));
    imports(who, named) |_| told(async move { who.imports(&named.from, &most()).await });
    market_updates(who, named) |_| told(who.market_updates(&named.from));
    market_diff(who, named) |_| told(who.market_diff(p("1"), named.published, &named.from));
    head_offers(who, named) |_| told(who.head_offers(&named.from));
    subscriptions(who, named) |_| told(who.subscriptions(&named.from));
    group(who, named) |_| told(async move { who.group(&GroupRef::Id(named.group), &named.from).await });
    groups(who, named) |_| told(async move { who.groups(&named.from, &most()).await });
    image(who, named) |_| told(who.image(named.image, &named.from));
    images(who, named) |_| told(async move {
        who.images(&ImageQuery::new(named.from.clone()), &most()).await
    });
    launchable_images(who, named) |_| told(async move {
        let query = ImageQuery::new(named.from.clone());
        who.launchable_images(&query, &most(), &|_| true).await
    });
    look_up_images(who, named) |_| told(async move {
        let images = [crate::support::ami(77), crate::support::ami(78)];
        who.look_up_images(&p(EAST), &images, &named.from).await
    });
    snapshots(who, named) |_| told(async move {
        let query = SnapshotQuery::new(named.from.clone());
        who.snapshots(&query, &most(), &|_| true).await
    });
    look_up_snapshots(who, named) |_| told(async move {
        who.look_up_snapshots(&p("local/main"), &[p("snap-12345678")], &named.from).await
    });
    find_images(who, named) |_| told(async move {
        who.find_images(&[crate::support::ami(77)], &named.from).await
    });
    image_referrers(who, named) |_| told(who.image_referrers(named.image, &named.from));
    applied_plans(who, named) |_| told(async move {
        who.applied_plans(&named.from, &most()).await
    });
    plan_replace(who, named) |_| told(async move {
        who.plan_replace(&replacing(named.image, named.other, &named.from), &named.from).await
    });
    plan_retention(who, named) |_| told(async move {
        who.plan_retention(&retaining(&named.from)).await
    });
    plan_revoke(who, named) |_| told(async move {
        who.plan_revoke(&revoking(named.image), &named.from).await
    });
    ancestors(who, named) |_| told(who.ancestors(named.image, &named.from));
    check_copy(who, named) |_| told(async move {
        who.check_copy(named.image, &named.from, &p("aws/us-west-2")).await
    });
    role_map(who, named) |_| told(async move { who.role_map(&p("front"), &named.from).await });
    role_maps(who, named) |_| told(async move { who.role_maps(&named.from, &most()).await });
    work_order(who, named) |_| told(who.work_order(named.order, &named.from));
    work_orders(who, named) |_| told(async move {
        who.work_orders(&WorkQuery::new(named.from.clone()), &most()).await
    });
    launch_permissions(who, named) |_| told(who.launch_permissions(named.image, &named.from));
    jobs(who, named) |_| told(who.jobs(&named.from));
    explain(who, named) |r| told(async move {
        let [mci, template] = launches(r, named);
        Ok::<_, Error>([told(who.explain(&mci)).await, told(who.explain(&template)).await])
    });
    resolve(who, named) |r| told(async move {
        let [mci, template] = launches(r, named);
        Ok::<_, Error>([told(who.resolve(&mci)).await, told(who.resolve(&template)).await])
    });
    explain_all(who, named) |r| told(async move {
        let [mci, template] = launches(r, named).map(|launch| launch.subject);
        Ok::<_, Error>([told(who.explain_all(&mci)).await, told(who.explain_all(&template)).await])
    });
    resolve_all(who, named) |r| told(async move {
        let [mci, template] = launches(r, named).map(|launch| launch.subject);
        Ok::<_, Error>([told(who.resolve_all(&mci)).await, told(who.resolve_all(&template)).await])
    });
    lock(who, named) |r| told(who.lock(r, &named.from, None));
    verify_lock(who, named) |_| told(async move {
        who.verify_lock(&named.lock.clone().into(), &named.from).await
    });
    update_lock(who, named) |_| told(async move {
        who.update_lock(&named.lock.clone().into(), None, &named.from, None).await
    });
    lock_template(who, named) |r| told(who.lock_template(r, None, &named.from, None));
    resolve_locked(who, named) |_| told(async move {
        who.resolve_locked(&named.lock.clone().into(), &p(EAST), &named.from).await
    });
    registered_lock(who, named) |_| told(async move {
        who.registered_lock(&named.registered, &named.from).await
    });
    xref(who, named) |r| told(async move {
        let [mci, template, image] = xrefs(r, named);
        Ok::<_, Error>([
            told(who.xref(&mci, &named.from)).await,
            told(who.xref(&template, &named.from)).await,
            told(who.xref(&image, &named.from)).await,
        ])
    });
    registered_locks(who, named) |_| told(async move {
        who.registered_locks(&named.from, &most()).await
    });
    coverage(who, named) |r| told(async move {
        who.coverage(std::slice::from_ref(r), &named.from).await
    });
    diff_pair(who, named) |r| told(who.diff_pair(r, &named.from));
    mci(who, named) |r| told(who.mci(r, &named.from));
    mci_check(who, named) |r| told(async move {
        who.mci_check(r, &named.from, &CheckOptions::default()).await
    });
    mci_free(who, named) |r| told(who.mci_free(r, &named.from));
    mci_suggest(who, named) |r| told(async move {
        who.mci_suggest(r, &named.from, &p("aws/us-west-2")).await
    });
    matchers(who, named) |r| told(who.matchers(r, &named.from));
    mci_diff(who, named) |r| told(who.mci_diff(r, r, &named.from));
    mci_graph(who, named) |r| told(who.mci_graph(r, &named.from, GraphBounds::default()));
    mci_log(who, named) |r| told(async move { who.mci_log(r, &named.from, &most()).await });
    mci_merge_preview(who, named) |r| told(async move {
        who.mci_merge_preview(&merge(r, named)).await
    });
    mci_undo_points(who, named) |r| told(who.mci_undo_points(r, &named.from));
    mcis(who, named) |_| told(async move { who.mcis(&named.from, &most()).await });
    template(who, named) |r| told(who.template(r, &named.from));
    template_diff(who, named) |r| told(who.template_diff(r, r, &named.from));
    template_diff_pair(who, named) |r| told(who.template_diff_pair(r, &named.from));
    template_graph(who, named) |r| told(who.template_graph(r, &named.from, GraphBounds::default()));
    template_log(who, named) |r| told(async move {
        who.template_log(r, &named.from, &most()).await
    });
    template_merge_preview(who, named) |r| told(async move {
        who.template_merge_preview(&template_merge(r, named)).await
    });
    template_undo_points(who, named) |r| told(who.template_undo_points(r, &named.from));
    template_updates(who, named) |r| told(who.template_updates(r, &named.from));
    templates(who, named) |_| told(async move { who.templates(&named.from, &most()).await });
    releases(who, named) |r| of_both(move |kind| told(async move {
        who.releases(kind, r, &named.from, &most()).await
    }));
    grants(who, _named) |_| told(async move { who.grants(Some(&p("dana")), &most()).await });
    policy(who, named) |_| told(async move { who.policy(&p("house rules"), &named.from).await });
    policies(who, named) |_| told(async move { who.policies(&named.from, &most()).await });
    access_keys(who, _named) |_| told(async move { who.access_keys(None, &most()).await });
    sealed_access_keys(who, _named) |_| told(async move { who.sealed_access_keys(&most()).await });
    principals(who, _named) |_| told(async move { who.principals(&most()).await });
    scopes(who, _named) |_| told(async move { who.scopes(&most()).await });
    disk_image(who, named) |_| told(who.disk_image(named.disk, &named.from));
    disk_images(who, named) |_| told(async move { who.disk_images(&named.from, &most()).await });
    unfinished_disk_images(who, named) |_| told(async move {
        who.unfinished_disk_images(&named.from, &most()).await
    });
    disk_images_named(who, named) |_| told(async move {
        who.disk_images_named(&p("disk"), &named.from).await
    });
    disk_quota(who, named) |_| told(who.disk_quota(&named.from));
    #[cfg(feature = "repository")]
    open_disk_image(who, named) |_| told(who.open_disk_image(named.disk, &named.from));
    #[cfg(feature = "repository")]
    verify_pools(who, _named) |_| told(async move {
        let watch = cloud_atlas::DiskWatch::default();
        let (depth, one) = (cloud_atlas::repository::Depth::Packs, core::num::NonZeroUsize::MIN);
        who.verify_pools(depth, one, &watch).await
    });
}

fn xrefs(reference: &Reference, named: &Named) -> [XrefSubject; 3] {
    [
        XrefSubject::Lineage(LineageKind::Mci, reference.clone()),
        XrefSubject::Lineage(LineageKind::Template, reference.clone()),
        XrefSubject::Image(named.image),
    ]
}

fn trail(named: &Named) -> EventQuery {
    let mut query = EventQuery::new(named.from.clone());
    query.record = Some(named.image.to_string());
    query
}

fn merge(reference: &Reference, named: &Named) -> MergeMci {
    MergeMci::new(reference.clone(), reference.clone(), named.from.clone())
}

fn template_merge(reference: &Reference, named: &Named) -> MergeTemplate {
    MergeTemplate::new(reference.clone(), reference.clone(), named.from.clone())
}

fn launches(reference: &Reference, named: &Named) -> [LaunchRequest; 2] {
    let kinds = [LineageKind::Mci, LineageKind::Template];
    kinds.map(|kind| {
        let base = LaunchBase::new(kind, reference.clone());
        LaunchSubject::new(base, named.from.clone()).at(p(EAST))
    })
}

/// The names of the calls of a session that read, and write nothing.
fn reads_in_the_source() -> BTreeSet<String> {
    let reads = calls().into_iter().filter(|(_, body)| only_reads(body));
    let mut reads: BTreeSet<_> = reads.map(|(name, _)| name).collect();
    if !cfg!(feature = "repository") {
        for name in ["open_disk_image", "verify_pools"] {
            assert!(reads.remove(name), "{name} is no longer there");
        }
    }
    reads
}

#[test]
fn s08_every_read_of_the_facade_is_among_those_that_are_tried() {
    let tried: BTreeSet<_> = READS.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(tried.len(), READS.len());
    let found = reads_in_the_source();
    let missing: Vec<_> = found.difference(&tried).collect();
    assert!(missing.is_empty(), "not tried: {missing:?}");
    let gone: Vec<_> = tried.difference(&found).collect();
    assert!(gone.is_empty(), "no longer there: {gone:?}");
}

/// What was done to the image of acme that bert knows the id of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// It is opened to others.
    Opened,
    /// It was opened to everybody, and no longer is.
    Closed,
    Deprecated,
    Disabled,
    /// A host is to delete it.
    Pending,
    Deleted,
    Restored,
}

const STATES: [State; 7] = [
    State::Opened,
    State::Closed,
    State::Deprecated,
    State::Disabled,
    State::Pending,
    State::Deleted,
    State::Restored,
];

impl State {
    /// Brings an image of `/acme/prod` there that is open to others.
    async fn reach(self, admin: &Session, image: ImageRecordId, fresh: u64) {
        let at = p::<Scope>("/acme/prod");
        let keep = Retention::default();
        match self {
            Self::Opened => {}
            Self::Closed => {
                let to = [LaunchPermission::Everybody];
                let opened = admin.add_launch_permissions(image, &to, &at).await;
                opened.unwrap();
                let closed = admin.remove_launch_permissions(image, &to, &at).await;
                closed.unwrap();
            }
            Self::Deprecated => {
                let other = crate::support::image("/acme/prod", EAST, fresh);
                let other = Some(admin.register_image(other).await.unwrap().record.id());
                let reason = Some(p("old"));
                let done = admin.deprecate_image(image, &at, None, reason, other).await;
                done.unwrap();
            }
            Self::Disabled => drop(admin.disable_image(image, &at, None).await.unwrap()),
            Self::Pending | Self::Deleted | Self::Restored => {
                let in_cloud = self == Self::Pending;
                let gone = admin.delete_image(image, &at, None, keep, in_cloud).await;
                gone.unwrap();
                if self == Self::Restored {
                    admin.restore_image(image, &at).await.unwrap();
                }
            }
        }
    }
}

/// A committed ServerTemplate that links the MultiCloud Image of its name.
async fn template_of(admin: &Session, scope: &str, name: &str) -> LineageId {
    let (scope, reference) = (p::<Scope>(scope), p::<Reference>(name));
    let made = admin.create_template(&scope, p(name)).await.unwrap();
    let link = vec![TemplateChange::Link(reference.clone())];
    let edited = admin.edit_template(&reference, &scope, link, None).await;
    edited.unwrap();
    let commit = CommitTemplate::new(reference, scope, p("first"));
    admin.commit_template(&commit).await.unwrap();
    let stable = p("stable");
    let assigned = admin.assign_channel(
        &stable,
        LineageKind::Template,
        &commit.reference,
        &commit.scope,
    );
    assigned.await.unwrap();
    made.lineage
}

/// A disk image called `disk`, and what is done to its record; nothing where none can be made.
#[cfg(feature = "repository")]
async fn disk_of(
    admin: &Session,
    scope: &str,
    then: impl FnOnce(ImageRecordId) -> Pin<Box<dyn Future<Output = ()> + Send>>,
) -> AmiId {
    use crate::disk_images::{disk, import, request};
    let asked = request(scope, "disk");
    let made = Box::pin(import(admin, asked, &disk(1 << 20, 1)))
        .await
        .unwrap();
    then(made.record.id()).await;
    made.image.id
}

#[cfg(not(feature = "repository"))]
fn disk_of(
    _: &Session,
    _: &str,
    _: impl FnOnce(ImageRecordId) -> Pin<Box<dyn Future<Output = ()> + Send>>,
) -> impl Future<Output = AmiId> {
    core::future::ready(p("ami-00000000000000009"))
}

/// A world with something of bert's, and with much of acme's or nothing of it.
fn world(furnished: Option<State>) -> (World, Arc<Reads>, Option<Named>) {
    let store = Counting::default();
    let reads = Arc::clone(&store.reads);
    #[cfg(feature = "repository")]
    let world = World::keeping_over(Arc::new(store), crate::disk_images::pools());
    #[cfg(not(feature = "repository"))]
    let world = World::over(Arc::new(store));
    let named = run(async {
        let (admin, bert) = (world.admin(), world.who("bert"));
        admin.add_scope(&p("/gamma")).await.unwrap();
        committed(&bert, "/beta", "own", 1).await;
        bert.register_image(image("/beta", EAST, 1)).await.unwrap();
        // What he reads of his own is remembered in either world.
        let (at, beta) = (p(EAST), p("/beta"));
        bert.server_offers(&at, &beta, &most()).await.unwrap();
        let state = furnished?;
        // What is to be deleted is referred to by nothing.
        let deletes = matches!(state, State::Pending | State::Deleted | State::Restored);
        let held = if deletes { 76 } else { 77 };
        committed(&admin, "/acme", "web", held).await;
        committed(&admin, "/acme/prod", "web", held).await;
        let web = p::<Reference>("/acme:web");
        let acme = p::<Scope>("/acme");
        let lineage = admin.mci(&web, &acme).await.unwrap().lineage;
        // They are called as the MultiCloud Images are: a name is one of its kind.
        let template = template_of(&admin, "/acme", "web").await;
        template_of(&admin, "/acme/prod", "web").await;
        admin
            .assign_channel(&p("stable"), LineageKind::Mci, &web, &acme)
            .await
            .unwrap();
        let rules = r#"{"name":"house rules","mode":"audit","allowed_owners":["self"]}"#;
        let policy = serde_json::from_str(rules).unwrap();
        admin.set_policy(&acme, policy).await.unwrap();
        let lock = admin.lock(&web, &acme, None).await.unwrap();
        let any = lock.clone().into();
        let prod = p::<Scope>("/acme/prod");
        let registered = admin.register_lock(&any, &p("prod"), &prod).await;
        let registered = LockRef::Id(registered.unwrap().id());
        let made = admin.register_image(image("/acme/prod", EAST, 77)).await;
        let image = made.unwrap().record.id();
        let group = admin.make_group(&acme, &p("partners")).await.unwrap().id;
        let by = GroupRef::Id(group);
        let code = admin.invite(&by, &acme).await.unwrap().code;
        admin.accept_invitation(code, &p("/gamma")).await.unwrap();
        let to = [p("999999999999"), LaunchPermission::Group(group)];
        admin
            .add_launch_permissions(image, &to, &p("/acme/prod"))
            .await
            .unwrap();
        state.reach(&admin, image, 78).await;
        let disk = disk_of(&admin, "/acme/prod", |record| {
            let (to, admin) = (to.clone(), admin.clone());
            Box::pin(async move {
                let at = p("/acme/prod");
                let opened = admin.add_launch_permissions(record, &to, &at).await;
                opened.unwrap();
                state.reach(&admin, record, 80).await;
            })
        })
        .await;
        // It is published to another account, and its HEAD is offered to that.
        let to = || PublishTo::Groups(vec![by.clone()]);
        let at = web.clone();
        let mut ask = PublishAsk::new(LineageKind::Mci, at, acme.clone(), to(), p("it"));
        (ask.admit.private, ask.admit.unknown) = (true, true);
        let published = admin.publish(&ask).await.unwrap().publication;
        let offer = OfferHead {
            kind: LineageKind::Mci,
            reference: web.clone(),
            scope: acme.clone(),
            to: to(),
        };
        admin.offer_head(&offer).await.unwrap();
        admin.subscribe(lineage, &p("/gamma")).await.unwrap();
        let import = ImportPublication {
            publication: published.reference().into(),
            account: p("/gamma"),
        };
        admin.import_publication(&import).await.unwrap();
        let map = crate::elsewhere::role("/acme", "front");
        admin.make_role_map(map).await.unwrap();
        let other = admin.register_image(crate::support::image("/acme/prod", EAST, 79));
        let other = other.await.unwrap().record.id();
        let fleet = MakeDeployment::new(acme.clone(), p("fleet"));
        admin.make_deployment(fleet).await.unwrap();
        let server = crate::servers::adding("/acme", "fleet:web-1");
        let server = admin.add_server(server).await.unwrap();
        let server = ServerRef::Id(server.definition.id());
        let begun = ReportLaunch::new(acme.clone(), server.clone(), LaunchPhase::Requested);
        admin.report_launch(begun).await.unwrap();
        let order = WorkRequest::Copy {
            to: p("aws/eu-west-1"),
        };
        let order = admin.order_work(other, &p("/acme/prod"), order).await;
        let order = order.unwrap().id;
        Some(Named {
            lineage,
            template,
            image,
            other,
            group,
            lock,
            registered,
            publication: published.lineage.into(),
            published: published.reference(),
            order,
            server,
            disk,
            from: acme,
        })
    });
    (world, reads, named)
}

#[test]
fn s12_hidden_and_absent_answer_alike_in_every_read_and_cost_the_same() {
    let (bare, bare_reads, _) = world(None);
    let bare = (&bare, &*bare_reads);
    for state in STATES {
        alike(state, bare);
    }
}

/// Compares every read of a world with something in a state to the same of a world without it.
fn alike(state: State, (bare, bare_reads): (&World, &Reads)) {
    let (full, full_reads, named) = world(Some(state));
    let named = named.unwrap();
    let references = [
        Reference::lineage(named.lineage),
        Reference::lineage(named.template),
        p("/acme:web"),
        p("/acme/prod:web"),
        p("/acme:web@stable"),
        Reference::named(p::<Name>("web")),
    ];
    let mut compared = 0;
    for caller in ["bert", "eve"] {
        for from in ["/beta", "/beta/prod", "/acme", "/acme/prod", "/"] {
            let named = Named {
                from: p(from),
                ..named.clone()
            };
            for reference in &references {
                for (name, read) in READS {
                    let answer = |world: &World, reads: &Reads| {
                        let who = world.who(caller);
                        reads.take();
                        let answer = run(read(&who, &named, reference));
                        (answer, reads.take())
                    };
                    let hidden = answer(&full, &full_reads);
                    let absent = answer(bare, bare_reads);
                    assert_eq!(
                        hidden, absent,
                        "{state:?}: {name} of {reference} by {caller} from {from}"
                    );
                    compared += 1;
                }
            }
        }
    }
    assert!(compared > 1000, "{compared}");
    if state != State::Opened {
        return;
    }
    // The same calls do find it all, when somebody asks who may.
    let named = Named {
        from: p("/acme/prod"),
        ..named
    };
    let admin = full.admin();
    for (name, read) in READS {
        let answer = run(read(&admin, &named, &references[2]));
        // Some are asked of accounts, and what is published is published once.
        let refused = [
            "group",
            "groups",
            "export_stream",
            "publications",
            "publish_preview",
            "importers",
            "imports",
            "market_updates",
            "market_diff",
            "head_offers",
            "subscriptions",
        ];
        let refused = refused.contains(name);
        // One revision only has nothing to be compared with.
        let refused = refused || name.ends_with("diff_pair");
        // Without a repository none is made.
        let refused = refused || *name == "disk_image" && !cfg!(feature = "repository");
        assert_eq!(answer.starts_with("error"), refused, "{name}: {answer}");
    }
}

/// A world in which olga looks from `/acme/prod`, where something is hers; and where the account
/// keeps much to itself, or has nothing.
fn keeping(furnished: bool) -> (World, Option<Named>) {
    #[cfg(feature = "repository")]
    let world = World::keeping(crate::disk_images::pools());
    #[cfg(not(feature = "repository"))]
    let world = World::new();
    let named = run(async {
        let admin = world.admin();
        committed(&admin, "/acme/prod", "own", 1).await;
        template_of(&admin, "/acme/prod", "own").await;
        if !furnished {
            return None;
        }
        let acme = p::<Scope>("/acme");
        committed(&admin, "/acme", "web", 77).await;
        let web = p::<Reference>("web");
        let template = template_of(&admin, "/acme", "web").await;
        let stable = p("stable");
        let assigned = admin.assign_channel(&stable, LineageKind::Mci, &web, &acme);
        assigned.await.unwrap();
        let lock = admin.lock(&web, &acme, None).await.unwrap();
        let fleet = MakeDeployment::new(acme.clone(), p("fleet"));
        admin.make_deployment(fleet).await.unwrap();
        let server = crate::servers::adding("/acme", "fleet:web-1");
        let server = admin.add_server(server).await.unwrap();
        let lineage = admin.unshare_mci(&web, &acme, false).await.unwrap().lineage;
        admin.unshare_template(&web, &acme, false).await.unwrap();
        let fleet = p("fleet");
        admin.unshare_deployment(&fleet, &acme).await.unwrap();
        let disk = disk_of(&admin, "/acme", |_| Box::pin(async {})).await;
        Some(Named {
            lineage,
            template,
            image: p("img-00000000000000000000000000000009"),
            other: p("img-00000000000000000000000000000008"),
            group: p("grp-00000000000000000000000000000009"),
            registered: LockRef::Name(p("nothing")),
            publication: p("/acme:web"),
            published: p("pub-00000000000000000000000000000009@1"),
            order: p("work-00000000000000000000000000000009"),
            lock,
            server: ServerRef::Id(server.definition.id()),
            disk,
            from: p("/acme/prod"),
        })
    });
    (world, named)
}

#[test]
fn m21_what_an_account_keeps_to_itself_is_absent_below_it_in_every_read() {
    let ((bare, _), (full, named)) = (keeping(false), keeping(true));
    let named = named.unwrap();
    let references = [
        Reference::lineage(named.lineage),
        Reference::lineage(named.template),
        p("/acme:web"),
        p("/acme:web@stable"),
        p("web"),
    ];
    let answers = |world: &World| {
        let who = world.who("olga");
        let mut answers = Vec::new();
        for reference in &references {
            // Where the feed of the account ends is told to whoever may look at any of it.
            let reads = READS.iter().filter(|(name, _)| !name.starts_with("events"));
            for (name, read) in reads {
                answers.push((*name, run(read(&who, &named, reference))));
            }
        }
        answers
    };
    let (hidden, absent) = (answers(&full), answers(&bare));
    assert!(hidden.len() > 200, "{}", hidden.len());
    for (hidden, absent) in hidden.iter().zip(&absent) {
        assert_eq!(hidden, absent);
    }
    // Shown again, it is found.
    run(async {
        let (admin, acme) = (full.admin(), p::<Scope>("/acme"));
        admin.share_mci(&p("web"), &acme).await.unwrap();
        admin.share_template(&p("web"), &acme).await.unwrap();
        admin.share_deployment(&p("fleet"), &acme).await.unwrap();
        #[cfg(feature = "repository")]
        {
            let disk = admin.disk_image(named.disk, &acme).await.unwrap();
            let record = disk.record().unwrap();
            admin.share_image(record, &acme).await.unwrap();
        }
    });
    let shown = answers(&full);
    let found = shown.iter().zip(&hidden);
    let found = found.filter(|(shown, hidden)| shown != hidden);
    let found: BTreeSet<_> = found.map(|((name, _), _)| *name).collect();
    for name in [
        "mci",
        "mcis",
        "mci_log",
        "template",
        "templates",
        "template_log",
        "resolve",
        "explain",
        "lock",
        "deployment",
        "deployments",
        "server",
        "servers",
        "server_offers",
        "server_next",
        "xref",
        "coverage",
        "channel",
        "releases",
        #[cfg(feature = "repository")]
        "disk_image",
    ] {
        assert!(found.contains(name), "{name}: {found:?}");
    }
}

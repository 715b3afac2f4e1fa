//! How servers of images of the repository are reached: shown at launch, and missed aloud.

use crate::{
    market::{import, market, publish_mci, revised},
    support::{World, ami, ask, beside, image, memory, p, run},
};
use cloud_atlas::{
    Atlas, LaunchSubject, Session,
    image::{
        AgentFacts, EditImage, ImageRecord, ImageRecordId, LaunchPermission, RemoteAccess, Warning,
    },
    image_id::{Cloud, ImageId},
    mci::{HeadEdit, Setting},
    scope::Scope,
    store::Store,
    template::{AnyLock, Launch, LaunchStep, LaunchWarning, MatrixOutcome, Reference, TraceStep},
};
use std::sync::Arc;

const HERE: &str = "local/main";
const REACHED: &str = "log in as ubuntu by ssh; DHCP; cloud-init 23.4";
const ALL: [LaunchPermission; 1] = [LaunchPermission::Everybody];

/// The id of an image in the repository.
fn kept() -> ImageId {
    ImageId::parse(Cloud::Local, "ami-0123456789abcdef0").unwrap()
}

/// An image of the repository of which nobody said how it is reached.
async fn registered(who: &Session, scope: &str) -> (ImageRecord, Vec<&'static str>) {
    let mut bare = image(scope, HERE, 1);
    bare.image_id = kept();
    let made = who.register_image(bare).await.unwrap();
    (made.record, codes(&made.warnings))
}

/// A MultiCloud Image that launches it.
async fn leading(who: &Session, scope: &str, name: &str) {
    let (at, from) = (p::<Reference>(name), p::<Scope>(scope));
    who.create_mci(&from, p(name)).await.unwrap();
    let setting = Setting::new(kept()).with_instance_type(p("m1.small"));
    let edits = vec![HeadEdit::set(p(HERE), setting)];
    who.edit_mci(&at, &from, edits, None).await.unwrap();
    who.commit_mci(&at, &from, p("first"), None).await.unwrap();
}

/// Everything is said.
fn said() -> EditImage {
    let mut edit = EditImage::default();
    edit.dhcp = Some(Some(true));
    edit.access = Some([RemoteAccess::Ssh].into());
    edit.login = Some(Some(p("ubuntu")));
    edit.init_agent = Some(AgentFacts::read("cloud-init/23.4").unwrap());
    edit
}

fn codes(warnings: &[Warning]) -> Vec<&'static str> {
    let codes = warnings.iter().map(Warning::code);
    codes.filter(|code| code.starts_with("guest")).collect()
}

fn missed(warnings: &[LaunchWarning]) -> Vec<&'static str> {
    let of_guest = |warning: &LaunchWarning| match warning {
        LaunchWarning::Guest(warning) => Some(warning.code()),
        _ => None,
    };
    warnings.iter().filter_map(of_guest).collect()
}

/// What is missed at a launch, and how the server is reached.
fn told(launch: &Launch) -> (Vec<&'static str>, String) {
    (missed(&launch.plan.warnings), launch.plan.guest.to_string())
}

fn nothing_but(code: &'static str) -> (Vec<&'static str>, String) {
    (vec![code], "nobody said how it is reached".to_owned())
}

fn everything() -> (Vec<&'static str>, String) {
    (vec![], REACHED.to_owned())
}

#[test]
fn b08_who_launches_is_told_how_to_get_in_or_that_nobody_said() {
    let world = World::new();
    let (admin, bert) = (world.admin(), world.who("bert"));
    run(async {
        let (acme, beta) = (p::<Scope>("/acme"), p::<Scope>("/beta"));
        let (record, warned) = registered(&admin, "/acme").await;
        assert_eq!(warned, ["guest-unknown"]);
        leading(&admin, "/acme", "web").await;
        leading(&bert, "/beta", "web").await;
        let (own, theirs) = (ask("web", HERE, "/acme"), ask("web", HERE, "/beta"));
        let launch = admin.resolve(&own).await.unwrap();
        assert_eq!(told(&launch), nothing_but("guest-unknown"));

        // Opened to one account it is not public, opened to all it is, and each is told so.
        let to = [crate::sharing::number(&world, "/beta").await];
        let opened = admin.add_launch_permissions(record.id(), &to, &acme).await;
        assert_eq!(codes(&opened.unwrap().warnings), [""; 0]);
        let launch = bert.resolve(&theirs).await.unwrap();
        assert_eq!(told(&launch), nothing_but("guest-unknown"));
        let opened = admin.add_launch_permissions(record.id(), &ALL, &acme).await;
        assert_eq!(codes(&opened.unwrap().warnings), ["guest-unknown-public"]);
        for (who, asked) in [(&admin, &own), (&bert, &theirs)] {
            let launch = who.resolve(asked).await.unwrap();
            assert_eq!(told(&launch), nothing_but("guest-unknown-public"));
        }

        let edited = admin.edit_image(record.id(), &acme, said()).await;
        edited.unwrap();
        for (who, asked) in [(&admin, &own), (&bert, &theirs)] {
            let launch = who.resolve(asked).await.unwrap();
            assert_eq!(told(&launch), everything());
            let explained = who.explain(asked).await.unwrap();
            assert_eq!(explained.outcome.unwrap(), *launch);
            let step = |step: &LaunchStep| matches!(step, LaunchStep::Mci(TraceStep::Guest { .. }));
            assert!(explained.trace.steps().iter().any(step));
        }
        assert!(
            bert.image(record.id(), &beta)
                .await
                .unwrap()
                .guest()
                .login
                .is_some()
        );
    });
}

#[test]
fn b08_what_is_shared_from_the_top_is_public() {
    let world = World::new();
    let (admin, bert) = (world.admin(), world.who("bert"));
    run(async {
        let top = Scope::global();
        let mut hidden = image("/", HERE, 1);
        hidden.image_id = kept();
        hidden.shared = Some(false);
        let made = admin.register_image(hidden).await.unwrap();
        assert_eq!(codes(&made.warnings), ["guest-unknown"]);
        let shared = admin.share_image(made.record.id(), &top).await.unwrap();
        assert_eq!(codes(&shared.warnings), ["guest-unknown-public"]);
        let record = shared.record;
        leading(&bert, "/beta", "web").await;
        let asked = ask("web", HERE, "/beta");
        let launch = bert.resolve(&asked).await.unwrap();
        assert_eq!(told(&launch), nothing_but("guest-unknown-public"));
        admin.edit_image(record.id(), &top, said()).await.unwrap();
        let launch = bert.resolve(&asked).await.unwrap();
        assert_eq!(told(&launch), everything());
        // Within an account sharing makes nothing public.
        let mut own = image("/acme", HERE, 2);
        own.image_id = ImageId::parse(Cloud::Local, "ami-0000000a").unwrap();
        own.shared = Some(false);
        let own = admin.register_image(own).await.unwrap().record;
        let shared = admin.share_image(own.id(), &p("/acme")).await.unwrap();
        assert_eq!(shared.warnings, []);
    });
}

/// What changes what a launch is told, in order, and what it is told then.
async fn changes(
    world: &World,
    by: &[Atlas],
    record: ImageRecordId,
    mut after: impl AsyncFnMut(&str, &(Vec<&'static str>, String)),
) {
    let acme = p::<Scope>("/acme");
    let one = [crate::sharing::number(world, "/beta").await];
    let mut engines = by.iter().cycle();
    let mut next = || engines.next().unwrap().act_as(&p("admin"));
    let (quiet, loud) = (
        nothing_but("guest-unknown"),
        nothing_but("guest-unknown-public"),
    );
    after("nothing", &quiet).await;
    next()
        .add_launch_permissions(record, &one, &acme)
        .await
        .unwrap();
    after("opening to one", &quiet).await;
    next()
        .add_launch_permissions(record, &ALL, &acme)
        .await
        .unwrap();
    after("opening to all", &loud).await;
    next()
        .remove_launch_permissions(record, &ALL, &acme)
        .await
        .unwrap();
    after("closing to all", &quiet).await;
    let mut login = EditImage::default();
    login.login = Some(Some(p("root")));
    next().edit_image(record, &acme, login).await.unwrap();
    let some = (vec!["guest-unknown"], "log in as root".to_owned());
    after("saying the login name", &some).await;
    next().edit_image(record, &acme, said()).await.unwrap();
    after("saying everything", &everything()).await;
    next()
        .add_launch_permissions(record, &ALL, &acme)
        .await
        .unwrap();
    after("opening what is known", &everything()).await;
    let mut none = EditImage::default();
    none.dhcp = Some(None);
    next().edit_image(record, &acme, none).await.unwrap();
    let reached = "log in as ubuntu by ssh; cloud-init 23.4".to_owned();
    after("taking DHCP back", &(vec!["guest-unknown-public"], reached)).await;
}

/// Every engine gives the answer, the second time from memory.
async fn all_answer(engines: &[Atlas], after: &str, expected: &(Vec<&'static str>, String)) {
    let asked = ask("web", HERE, "/acme/prod");
    let whole = LaunchSubject::mci(p("web"), p("/acme/prod"));
    for engine in engines {
        let olga = engine.act_as(&p("olga"));
        for time in ["first", "second"] {
            let launch = olga.resolve(&asked).await.unwrap();
            assert_eq!(&told(&launch), expected, "{time} time after {after}");
            let matrix = olga.resolve_all(&whole).await.unwrap();
            let MatrixOutcome::Launch { warnings, .. } = &matrix.rows()[0].outcome else {
                panic!("{matrix}")
            };
            assert_eq!(*warnings, expected.0.len(), "{time} time after {after}");
        }
    }
}

#[test]
fn b08_no_answer_is_stale_after_facts_or_permissions_change() {
    let world = World::new();
    let engines = [world.atlas.clone()];
    run(async {
        let (record, _) = registered(&world.admin(), "/acme").await;
        leading(&world.admin(), "/acme", "web").await;
        changes(&world, &engines, record.id(), async |after, expected| {
            all_answer(&engines, after, expected).await;
        })
        .await;
    });
}

#[test]
fn b08_no_answer_is_stale_where_others_write() {
    let store: Arc<dyn Store> = Arc::new(memory());
    let world = World::over(Arc::clone(&store));
    let other = beside(store, &world.clock, 2);
    let engines = [world.atlas.clone(), other];
    run(async {
        let (record, _) = registered(&world.admin(), "/acme").await;
        leading(&world.admin(), "/acme", "web").await;
        changes(&world, &engines, record.id(), async |after, expected| {
            all_answer(&engines, after, expected).await;
        })
        .await;
    });
}

#[test]
fn b08_a_lock_tells_how_to_get_in_as_it_is_known_today() {
    let world = World::new();
    let admin = world.admin();
    run(async {
        let acme = p::<Scope>("/acme");
        let (record, _) = registered(&admin, "/acme").await;
        leading(&admin, "/acme", "web").await;
        let lock = admin.lock(&p("web"), &acme, None).await.unwrap();
        let lock = AnyLock::from(lock);
        let bare = admin.resolve_locked(&lock, &p(HERE), &acme).await.unwrap();
        assert!(bare.guest.is_empty());
        assert_eq!(missed(&bare.warnings), ["guest-unknown"]);
        admin.edit_image(record.id(), &acme, said()).await.unwrap();
        let known = admin.resolve_locked(&lock, &p(HERE), &acme).await.unwrap();
        assert_eq!((known.plan, known.state), (bare.plan, bare.state));
        assert_eq!(known.guest.to_string(), REACHED);
        assert_eq!(known.warnings, []);
    });
}

#[test]
fn b08_an_import_shows_what_its_publisher_says_where_no_record_is_seen() {
    const EAST: &str = "aws/us-east-1";
    let world = market();
    run(async {
        let (dana, lars) = (world.who("dana"), world.who("lars"));
        let mut known = image("/acme", EAST, 1);
        known.guest.dhcp = Some(true);
        known.guest.access = [RemoteAccess::Ssh].into();
        known.guest.login = Some(p("ubuntu"));
        known.init_agent = AgentFacts::read("cloud-init/23.4").unwrap();
        dana.register_image(known).await.unwrap();
        revised(&dana, "/acme", "web", &[1]).await;
        let made = publish_mci(&world, "web", &[]).await.publication;
        import(&world, made.reference(), "/beta").await.unwrap();
        let launch = lars.resolve(&ask("web", EAST, "/beta")).await.unwrap();
        assert_eq!((&launch.plan.image, launch.plan.record), (&ami(1), None));
        assert_eq!(told(&launch), everything());
    });
}

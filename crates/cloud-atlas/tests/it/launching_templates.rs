//! What is launched from a ServerTemplate.

use crate::isolation::unshare;
use crate::support::{World, ami, committed, image, p, run, set};
use cloud_atlas::{
    CloneTemplate, CommitTemplate, Error, LaunchBase, LaunchSubject, Session, TemplateChange,
    history::RevisionNumber,
    image::AgentFacts,
    mci::HeadEdit,
    scope::{Role, Scope},
    template::{
        ChosenBy, LaunchRefusal, LaunchStep, LinkSays, OnRevoke, OverrideField, Phase, Reference,
        TemplateWarning,
    },
};

const EAST: &str = "aws/us-east-1";
const WEST: &str = "aws/us-west-2";

/// `front` at `/acme`: links `web`, which serves the east, by default, and `db`, which serves both.
pub(crate) async fn front(who: &Session) {
    let acme = p::<Scope>("/acme");
    committed(who, "/acme", "web", 1).await;
    committed(who, "/acme", "db", 2).await;
    let edits = vec![set(WEST, 3)];
    who.edit_mci(&p("db"), &acme, edits, None).await.unwrap();
    who.commit_mci(&p("db"), &acme, p("second"), None)
        .await
        .unwrap();
    who.create_template(&acme, p("front")).await.unwrap();
    let links = ["web", "db@latest"].map(|link| TemplateChange::Link(p(link)));
    edit(who, links.to_vec()).await;
    commit(who).await;
}

pub(crate) async fn edit(who: &Session, changes: Vec<TemplateChange>) {
    let (front, acme) = (p::<Reference>("front"), p::<Scope>("/acme"));
    who.edit_template(&front, &acme, changes, None)
        .await
        .unwrap();
}

pub(crate) async fn commit(who: &Session) {
    let commit = CommitTemplate::new(p("front"), p("/acme"), p("a change"));
    who.commit_template(&commit).await.unwrap();
}

fn subject(template: &str, mci: Option<&str>, scope: &str) -> LaunchSubject {
    let base = LaunchBase::Template {
        template: p(template),
        mci: mci.map(p),
    };
    LaunchSubject::new(base, p(scope))
}

#[test]
fn r01_r03_the_default_link_is_launched_where_it_serves() {
    let world = World::new();
    let dana = world.who("dana");
    run(async {
        front(&dana).await;
        let front = subject("front", None, "/acme");
        let east = front.clone().at(p(EAST));
        let launch = dana.resolve(&east).await.unwrap();
        let template = launch.template.as_ref().unwrap();
        assert_eq!(
            (template.name.as_str(), template.revision),
            ("front", Some(RevisionNumber::FIRST))
        );
        assert!(template.revision_digest.is_some() && !template.has_scripts);
        assert_eq!(launch.chosen_by, ChosenBy::Default);
        assert_eq!(launch.plan.image, ami(1));
        assert_eq!(launch.plan.revision, Some(RevisionNumber::FIRST));
        assert_eq!(
            dana.explain(&east).await.unwrap().outcome,
            Ok((*launch).clone())
        );
        // Elsewhere the caller is told who serves, and chooses.
        let refused = dana.resolve(&front.clone().at(p(WEST))).await.unwrap_err();
        insta::assert_snapshot!(refused, @"the default `web` of `front` has no image for aws/us-west-2; choose one that has: `db`");
        let chosen = subject("front", Some("db"), "/acme");
        let launch = dana.resolve(&chosen.clone().at(p(WEST))).await.unwrap();
        assert_eq!(launch.chosen_by, ChosenBy::Name);
        assert_eq!(
            (launch.plan.image.clone(), launch.plan.revision),
            (ami(3), RevisionNumber::FIRST.next())
        );
        // R02: where nobody serves, all are listed and what helps.
        let nowhere = dana.resolve(&front.clone().at(p("gcp"))).await.unwrap_err();
        insta::assert_snapshot!(nowhere, @"no MultiCloud Image of `front` revision 1 has an image for gcp; they have images for aws/us-east-1, aws/us-west-2. To support gcp, clone `web`, set an image there in the clone, commit it and link it");
        let matrix = dana.resolve_all(&front).await.unwrap();
        insta::assert_snapshot!(matrix, @"
        LOCATION       FROM   DECIDED BY  IMAGE
        aws/us-east-1  web@1  default     ami-00000000000000001  (1 warning)
        aws/us-west-2  -      refused     the default `web` of `front` has no image for aws/us-west-2; choose one that has: `db`
        1 of 2 locations launches an image
        ");
        let matrix = dana.resolve_all(&chosen).await.unwrap();
        insta::assert_snapshot!(matrix, @"
        LOCATION       FROM  DECIDED BY  IMAGE
        aws/us-east-1  db@2  chosen      ami-00000000000000002  (1 warning)
        aws/us-west-2  db@2  chosen      ami-00000000000000003  (1 warning)
        2 of 2 locations launch an image
        ");
    });
}

#[test]
fn r04_a_choice_overrides_the_links_unless_it_is_the_state_of_one() {
    let world = World::new();
    let dana = world.who("dana");
    run(async {
        front(&dana).await;
        committed(&dana, "/acme", "other", 9).await;
        for (mci, by, image) in [
            ("web", ChosenBy::Name, 1),
            ("web@1", ChosenBy::Name, 1),
            ("web@head", ChosenBy::Override, 1),
            ("db", ChosenBy::Name, 2),
            ("db@2", ChosenBy::Name, 2),
            ("db@1", ChosenBy::Override, 2),
            ("other", ChosenBy::Override, 9),
        ] {
            let asked = subject("front", Some(mci), "/acme").at(p(EAST));
            let launch = dana.resolve(&asked).await.unwrap();
            assert_eq!(
                (launch.chosen_by, launch.plan.image.clone()),
                (by, ami(image)),
                "{mci}"
            );
            let marked = launch.overridden.first().map(|mark| mark.field);
            let expected = (by == ChosenBy::Override).then_some(OverrideField::Mci);
            assert_eq!(marked, expected, "{mci}");
        }
        // Named without a state, it is what the link means and not what is newest.
        let (web, acme) = (p("web"), p("/acme"));
        dana.edit_mci(&web, &acme, vec![set(EAST, 8)], None)
            .await
            .unwrap();
        dana.commit_mci(&web, &acme, p("newer"), None)
            .await
            .unwrap();
        let asked = subject("front", Some("web"), "/acme").at(p(EAST));
        let launch = dana.resolve(&asked).await.unwrap();
        assert_eq!(
            (launch.chosen_by, launch.plan.image.clone()),
            (ChosenBy::Name, ami(1))
        );
        let absent = subject("front", Some("nothing"), "/acme").at(p(EAST));
        let absent = dana.resolve(&absent).await.unwrap_err();
        assert!(matches!(absent, Error::NotFound(_)), "{absent}");
    });
}

#[test]
fn r06_a_link_that_is_hidden_is_told_as_such_and_nothing_of_it() {
    let world = World::new();
    let (admin, eve) = (world.admin(), world.who("eve"));
    run(async {
        let acme = p::<Scope>("/acme");
        committed(&admin, "/acme", "secret", 7).await;
        let lineage = admin.mci(&p("secret"), &acme).await.unwrap().lineage;
        admin.create_template(&acme, p("front")).await.unwrap();
        edit(&admin, vec![TemplateChange::Link(p("secret"))]).await;
        commit(&admin).await;
        admin
            .grant(&p("eve"), &Role::OBSERVER, &p("/acme/dev"), None)
            .await
            .unwrap();
        let asked = subject("front", None, "/acme/dev").at(p(EAST));
        eve.resolve(&asked).await.unwrap();
        unshare(&world, "acme", &lineage.to_string()).await;
        let explained = eve.explain(&asked).await.unwrap();
        let told = format!("{explained:?}");
        assert!(!told.contains("secret"), "{told}");
        let hidden = |step: &LaunchStep| {
            matches!(
                step,
                LaunchStep::Link {
                    says: LinkSays::Hidden,
                    ..
                }
            )
        };
        assert!(explained.trace.steps().iter().any(hidden));
        let refused = eve.resolve(&asked).await.unwrap_err();
        assert!(matches!(
            refused,
            Error::Launch(LaunchRefusal::LinkBroken { .. })
        ));
        let text = refused.to_string().replace(&lineage.to_string(), "LINEAGE");
        insta::assert_snapshot!(text, @"the link of `front` to `LINEAGE` at 1 cannot be launched from: there is no MultiCloud Image LINEAGE: check its id and your scope");
        assert!(
            eve.resolve_all(&asked.subject)
                .await
                .unwrap()
                .rows()
                .is_empty()
        );
    });
}

#[test]
fn t02_a_clone_that_could_not_see_its_links_is_refused() {
    let world = World::new();
    let admin = world.admin();
    run(async {
        let prod = p::<Scope>("/acme/prod");
        committed(&admin, "/acme/prod", "web", 7).await;
        let template = p::<Reference>("front");
        admin.create_template(&prod, p("front")).await.unwrap();
        let link = vec![TemplateChange::Link(p("web"))];
        let linked = admin.edit_template(&template, &prod, link, None).await;
        linked.unwrap();
        let mut clone = CloneTemplate::new(p("front@head"), prod.clone());
        clone.into = Some(p("/acme"));
        let refused = admin.clone_template(&clone).await.unwrap_err();
        assert!(matches!(refused, Error::Template(_)), "{refused}");
        clone.into = Some(prod);
        admin.clone_template(&clone).await.unwrap();
    });
}

#[test]
fn r06_a_refusal_names_links_as_they_are_called_today() {
    let world = World::new();
    let dana = world.who("dana");
    run(async {
        front(&dana).await;
        let rename = vec![HeadEdit::SetNickname(p("database"))];
        let (db, acme) = (p("db"), p("/acme"));
        dana.edit_mci(&db, &acme, rename, None).await.unwrap();
        let west = subject("front", None, "/acme").at(p(WEST));
        let refused = dana.resolve(&west).await.unwrap_err().to_string();
        assert!(
            refused.ends_with("choose one that has: `database`"),
            "{refused}"
        );
        let chosen = subject("front", Some("database"), "/acme").at(p(WEST));
        dana.resolve(&chosen).await.unwrap();
    });
}

#[test]
fn r05_what_moves_or_is_deprecated_warns() {
    let world = World::new();
    let dana = world.who("dana");
    run(async {
        front(&dana).await;
        let acme = p::<Scope>("/acme");
        let head = subject("front@head", None, "/acme").at(p(EAST));
        let launch = dana.resolve(&head).await.unwrap();
        assert_eq!(launch.template_warnings, [TemplateWarning::TemplateHead]);
        // A committed template that links a HEAD moves all the same.
        edit(&dana, vec![TemplateChange::Retarget(p("web@head"))]).await;
        commit(&dana).await;
        let front = subject("front", None, "/acme").at(p(EAST));
        let launch = dana.resolve(&front).await.unwrap();
        assert!(matches!(
            launch.template_warnings[..],
            [TemplateWarning::LinksHead { .. }]
        ));
        let lineage = dana
            .mci(&p("web"), &acme)
            .await
            .unwrap()
            .lineage
            .to_string();
        let texts = launch
            .warning_texts()
            .join("\n")
            .replace(&lineage, "LINEAGE");
        insta::assert_snapshot!(texts, @"
        the template is committed and links HEAD of `web`, which moves with every edit: commit it with its HEAD dependencies before production
        this is HEAD, which moves with every edit: commit it to launch the same again
        no record of `ami-00000000000000001` is visible from here: register it
        ");
        let edits = vec![set(EAST, 11)];
        dana.edit_mci(&p("web"), &acme, edits, None).await.unwrap();
        assert_eq!(dana.resolve(&front).await.unwrap().plan.image, ami(11));
        // The revision before is as it was.
        let first = subject("front@1", None, "/acme").at(p(EAST));
        assert_eq!(dana.resolve(&first).await.unwrap().plan.image, ami(1));
        // Unless what it links is revoked.
        let revoked = dana
            .revoke_mci(&p("web@1"), &acme, "CVE-2026-1", OnRevoke::Stay)
            .await;
        revoked.unwrap();
        let refused = dana.resolve(&first).await.unwrap_err();
        insta::assert_snapshot!(refused, @"the link of `front` to `web` at 1 cannot be launched from (these can: `db`): `web` revision 1 was revoked by dana: CVE-2026-1");
    });
}

#[test]
fn r15_scripts_need_the_agent() {
    let world = World::new();
    let dana = world.who("dana");
    run(async {
        front(&dana).await;
        let script = TemplateChange::script(Phase::Boot, p("git:scripts/install@1"));
        edit(&dana, vec![script]).await;
        commit(&dana).await;
        let asked = subject("front", None, "/acme").at(p(EAST));
        let launch = dana.resolve(&asked).await.unwrap();
        let unknown = TemplateWarning::AgentUnknown { image: ami(1) };
        assert_eq!(launch.template_warnings, [unknown]);
        let mut without = image("/acme", EAST, 1);
        without.agent = Some(AgentFacts::Absent);
        dana.register_image(without).await.unwrap();
        let refused = dana.resolve(&asked).await.unwrap_err();
        assert!(matches!(
            refused,
            Error::Launch(LaunchRefusal::Agent { .. })
        ));
        insta::assert_snapshot!(refused, @"`front` has scripts and needs the agent, and img-00000000000000000000000000000025 has none: choose an image that has it, or bundle one from a server that does");
        let explained = dana.explain(&asked).await.unwrap();
        insta::assert_snapshot!(explained.trace, @"
        1. from template `front` revision 2, content 20ff75dcdcf6
        2. its link to `web` at 1, the default, serves it with its setting for aws/us-east-1
        3. its link to `db` at latest serves it with its setting for aws/us-east-1
        4. nobody named another: `web`, the default
        5. from `web` revision 1, content cf414658f790
        6. aws/us-east-1 has a setting of its own
        7. its record is img-00000000000000000000000000000025 at /acme
        8. the template has scripts; the agent of the image: none
        9. refused: `front` has scripts and needs the agent, and img-00000000000000000000000000000025 has none: choose an image that has it, or bundle one from a server that does
        ");
        // The template before had none.
        dana.resolve(&subject("front@1", None, "/acme").at(p(EAST)))
            .await
            .unwrap();
    });
}

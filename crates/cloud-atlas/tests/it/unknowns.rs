//! What nobody has said of an image: its operating system, its agent.

use crate::support::{World, ami, image, most, p, run};
use cloud_atlas::{
    Error, ErrorKind, ImageQuery, RegisterImage, Session,
    image::{
        AgentFacts, EditImage, EditImageError, ImageRecord, ImageRecordId, NeededAgent, OsFacts,
        RegisterError, RoleMapError, Via, Warning,
    },
    scope::Scope,
};

const EAST: &str = "aws/us-east-1";

fn edit(os: &str) -> EditImage {
    let mut edit = EditImage::default();
    edit.os = Some(OsFacts::read(os).unwrap());
    edit
}

/// The records of `/acme` that a filter of the operating system leaves.
async fn listed(who: &Session, os: &str) -> Vec<ImageRecordId> {
    let mut query = ImageQuery::new(p("/acme"));
    query.os = Some(p(os));
    let found = who.images(&query, &most()).await.unwrap().items;
    found.iter().map(ImageRecord::id).collect()
}

#[test]
fn i03_an_operating_system_that_nobody_knows_is_named_once() {
    let world = World::new();
    let dana = world.who("dana");
    run(async {
        let acme = p::<Scope>("/acme");
        // People say it; what comes over EC2 or from the repository may leave it open.
        for via in [Via::Form, Via::Bulk, Via::Metadata, Via::Bundle] {
            let mut asked = image("/acme", EAST, 1);
            (asked.via, asked.os) = (via, None);
            asked.agent = Some(AgentFacts::installed());
            let refused = dana.register_image(asked).await.unwrap_err();
            assert!(
                matches!(refused, Error::Register(RegisterError::OsMissing)),
                "{via:?}: {refused}"
            );
        }
        let mut asked = RegisterImage::new(acme.clone(), p(EAST), ami(1), Via::Ec2);
        // A name that says it all is no ground to guess.
        asked.name = Some(p("ubuntu-24.04-server"));
        let registered = dana.register_image(asked).await.unwrap();
        assert_eq!(registered.warnings, [Warning::OsUnknown]);
        let id = registered.record.id();
        let known = dana.register_image(image("/acme", EAST, 2)).await;
        let known = known.unwrap().record.id();
        let seen = dana.image(id, &acme).await.unwrap();
        assert_eq!(
            (seen.os(), seen.warnings()),
            (None, vec![Warning::OsUnknown])
        );
        assert_eq!(listed(&dana, "unknown").await, [id]);
        assert_eq!(listed(&dana, "ubuntu").await, []);
        // It fits no role, and the refusal says to set it.
        dana.make_role_map(crate::elsewhere::role("/acme", "web"))
            .await
            .unwrap();
        let web = p("web");
        let refused = dana.set_role_image(&web, &acme, id).await.unwrap_err();
        assert!(
            matches!(refused, Error::RoleMap(RoleMapError::OsUnknown { .. })),
            "{refused}"
        );
        assert!(refused.to_string().contains("set it first"), "{refused}");
        // Set once, it stays; the event tells before and after.
        let os = "fedora-coreos/44/44.20260707.3.1";
        dana.edit_image(id, &acme, edit(os)).await.unwrap();
        let seen = dana.image(id, &acme).await.unwrap();
        assert_eq!(seen.os(), Some(&OsFacts::read(os).unwrap()));
        assert_eq!(seen.warnings(), []);
        assert_eq!(listed(&dana, "unknown").await, []);
        assert!(listed(&dana, "fedora-coreos/44").await.contains(&id));
        let event = dana.events(&acme, &most()).await.unwrap().items.remove(0);
        assert_eq!(event.subject, id.to_string());
        assert!(event.after.unwrap().contains("fedora-coreos"));
        for record in [id, known] {
            let other = edit("debian/12/12.5");
            let refused = dana.edit_image(record, &acme, other).await.unwrap_err();
            assert!(
                matches!(refused, Error::EditImage(EditImageError::OsKnown { .. })),
                "{refused}"
            );
        }
        dana.set_role_image(&web, &acme, id).await.unwrap();
        // What is unknown stays unknown in a copy, with the warning.
        let asked = RegisterImage::new(acme.clone(), p(EAST), ami(3), Via::Ec2);
        let source = dana.register_image(asked).await.unwrap().record.id();
        let to = cloud_atlas::image::CopyImage::new(p("aws/us-west-2"));
        let copied = dana.copy_image(source, &acme, to, ami(4)).await.unwrap();
        assert_eq!(copied.record.os(), None);
        assert!(copied.warnings.contains(&Warning::OsUnknown));
    });
}

#[test]
fn i11_a_role_that_needs_an_agent_refuses_an_image_without_and_warns_of_an_unknown_one() {
    let world = World::new();
    let dana = world.who("dana");
    run(async {
        let acme = p::<Scope>("/acme");
        let mut asked = crate::elsewhere::role("/acme", "web");
        (asked.needs.agent, asked.needs.init_agent) = (true, true);
        dana.make_role_map(asked).await.unwrap();
        let web = p("web");
        let register = async |number: u64, agent: AgentFacts, init: AgentFacts| {
            let mut asked = image("/acme", EAST, number);
            (asked.agent, asked.init_agent) = (Some(agent), init);
            dana.register_image(asked).await.unwrap()
        };
        // Registering succeeds, and names the two other ways.
        let without = register(1, AgentFacts::Absent, AgentFacts::installed()).await;
        assert_eq!(without.warnings, [Warning::AgentMissing]);
        let told = without.warnings[0].to_string();
        assert!(told.contains("bundle an image from a server that has the agent"));
        assert!(told.contains("agentless"), "{told}");
        let set = dana.set_role_image(&web, &acme, without.record.id());
        let refused = set.await.unwrap_err();
        let Error::RoleMap(RoleMapError::AgentMissing { missing, .. }) = &refused else {
            panic!("{refused}")
        };
        assert_eq!(missing.agent, NeededAgent::Agent);
        assert_eq!(refused.kind(), ErrorKind::Invalid);
        let map = dana.role_map(&web, &acme).await.unwrap();
        assert!(map.images().is_empty());
        // Where nobody said, it goes in with a warning for each agent.
        let unknown = register(2, AgentFacts::Unknown, AgentFacts::Unknown).await;
        assert_eq!(unknown.warnings, []);
        let set = dana.set_role_image(&web, &acme, unknown.record.id());
        let agents = [NeededAgent::Agent, NeededAgent::InitAgent];
        let warnings = agents.map(|agent| Warning::AgentUnknown { agent });
        assert_eq!(set.await.unwrap().warnings, warnings);
        let known = register(3, AgentFacts::installed(), AgentFacts::installed()).await;
        let set = dana.set_role_image(&web, &acme, known.record.id());
        assert_eq!(set.await.unwrap().warnings, []);
        // A role without scripts takes an agentless image.
        let plain = crate::elsewhere::role("/acme", "plain");
        dana.make_role_map(plain).await.unwrap();
        let plain = p("plain");
        let set = dana.set_role_image(&plain, &acme, without.record.id());
        assert_eq!(set.await.unwrap().warnings, []);
    });
}

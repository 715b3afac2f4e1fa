//! Role maps.

use crate::{AMI, location, now, registered, request, scope};
use atlas_image::{
    AgentFacts, AgentMissing, ImageRecord, Lifecycle, MakeRoleMap, NeededAgent, OsFacts, Referrer,
    ReferrerKind, RemoveRoleMapError, RoleMap, RoleMapError, RoleMapId, RoleOs, Warning,
    check_agent,
};

fn ubuntu() -> RoleOs {
    RoleOs {
        family: "ubuntu".parse().unwrap(),
        generation: "24".parse().unwrap(),
    }
}

fn map(agent: bool, init_agent: bool) -> RoleMap {
    let mut made = MakeRoleMap::new(scope("/acme"), "web".parse().unwrap(), ubuntu());
    made.needs.agent = agent;
    made.needs.init_agent = init_agent;
    made.make(RoleMapId::from_u128(3), "dana".parse().unwrap(), now())
}

fn image(at: &str, os: Option<OsFacts>, agent: AgentFacts) -> ImageRecord {
    let mut asked = request("/acme", at, AMI);
    asked.via = atlas_image::Via::Ec2;
    asked.os = os;
    asked.agent = Some(agent);
    registered(asked).record
}

fn os(generation: &str) -> OsFacts {
    OsFacts::parse("ubuntu", generation, "24.04").unwrap()
}

#[test]
fn l10_a_role_has_one_image_for_each_location() {
    let east = image("aws/us-east-1", Some(os("24")), AgentFacts::installed());
    let west = image("aws/us-west-2", Some(os("24")), AgentFacts::installed());
    let set = map(true, false).with_image(&east).unwrap();
    assert_eq!((set.replaced, set.warnings.len()), (None, 0));
    let map = set.map.with_image(&west).unwrap().map;
    assert_eq!(map.images().len(), 2);
    // Another one takes its place, and the map says whose it was.
    let json = serde_json::to_string(&east).unwrap();
    let other = json.replace(&format!("{:032x}", 77), &format!("{:032x}", 78));
    let other: ImageRecord = serde_json::from_str(&other).unwrap();
    let set = map.with_image(&other).unwrap();
    assert_eq!(set.replaced, Some(east.id()));
    assert_eq!(set.map.images().len(), 2);
    assert_eq!(set.map.images()[&location("aws/us-east-1")], other.id());
    let json = serde_json::to_string(&set.map).unwrap();
    assert_eq!(serde_json::from_str::<RoleMap>(&json).unwrap(), set.map);
}

#[test]
fn l10_images_have_the_system_of_the_role() {
    let agent = AgentFacts::installed;
    for found in [os("22"), OsFacts::parse("debian", "24", "24").unwrap()] {
        let other = image("aws/us-east-1", Some(found.clone()), agent());
        match map(false, false).with_image(&other).unwrap_err() {
            RoleMapError::OtherOs { found: told, .. } => assert_eq!(told, found),
            error => panic!("{error}"),
        }
    }
    // I03: what nobody has said fits no role, whatever the role is.
    let unknown = image("aws/us-east-1", None, agent());
    let error = map(false, false).with_image(&unknown).unwrap_err();
    assert!(matches!(error, RoleMapError::OsUnknown { .. }), "{error}");
    assert!(error.to_string().ends_with("is unknown: set it first"));
    // The exact version may differ.
    let patched = Some(OsFacts::parse("ubuntu", "24", "24.04.3").unwrap());
    map(false, false)
        .with_image(&image("aws/us-east-1", patched, agent()))
        .unwrap();
}

#[test]
fn l10_images_have_the_agents_that_the_role_asks_for() {
    let without = image("aws/us-east-1", Some(os("24")), AgentFacts::Absent);
    map(false, false).with_image(&without).unwrap();
    let missing = |record: &ImageRecord, agent| RoleMapError::AgentMissing {
        role: "web".parse().unwrap(),
        missing: AgentMissing {
            record: record.id(),
            agent,
        },
    };
    let error = map(true, false).with_image(&without).unwrap_err();
    assert_eq!(error, missing(&without, NeededAgent::Agent));
    // I11: where nobody said, there is a warning.
    let set = map(false, true).with_image(&without).unwrap();
    let agent = NeededAgent::InitAgent;
    assert_eq!(set.warnings, [Warning::AgentUnknown { agent }]);
    let mut asked = request("/acme", "aws/us-east-1", AMI);
    asked.init_agent = AgentFacts::Absent;
    let without = registered(asked).record;
    let error = map(false, true).with_image(&without).unwrap_err();
    assert_eq!(error, missing(&without, NeededAgent::InitAgent));
}

#[test]
fn i11_what_has_scripts_refuses_an_image_without_agent_and_warns_where_nobody_knows() {
    let of = |facts: AgentFacts| image("aws/us-east-1", Some(os("24")), facts);
    let agent = NeededAgent::Agent;
    let without = of(AgentFacts::Absent);
    let record = without.id();
    assert_eq!(
        check_agent(&without, agent),
        Err(AgentMissing { record, agent })
    );
    let unknown = check_agent(&of(AgentFacts::Unknown), agent);
    assert_eq!(unknown, Ok(Some(Warning::AgentUnknown { agent })));
    let with = AgentFacts::installed_as("right_link".parse().unwrap(), None);
    for facts in [AgentFacts::installed(), with] {
        assert_eq!(check_agent(&of(facts), agent), Ok(None));
    }
    // The one does not stand in for the other.
    let mut asked = request("/acme", "aws/us-east-1", AMI);
    (asked.agent, asked.init_agent) = (Some(AgentFacts::Absent), AgentFacts::installed());
    let mixed = registered(asked).record;
    assert!(check_agent(&mixed, agent).is_err());
    assert_eq!(check_agent(&mixed, NeededAgent::InitAgent), Ok(None));
}

#[test]
fn l10_what_servers_use_is_replaced_and_not_removed() {
    let east = image("aws/us-east-1", Some(os("24")), AgentFacts::installed());
    let map = map(false, false).with_image(&east).unwrap().map;
    let here = location("aws/us-east-1");
    let server = |at: &str, name: &str, visible| Referrer {
        scope: scope(at),
        kind: ReferrerKind::Server,
        name: name.to_owned(),
        id: format!("id-of-{name}"),
        visible,
    };
    // Each user alone keeps map and image, also one that the caller does not see.
    for visible in [true, false] {
        let user = [server("/acme/prod", "front", visible)];
        let (seen, hidden) = if visible { (1, 0) } else { (0, 1) };
        let refused = map.clone().without_image(&here, &user).unwrap_err();
        let RoleMapError::InUse { users, .. } = &refused else {
            panic!("{refused}")
        };
        assert_eq!((users.seen().len(), users.hidden()), (seen, hidden));
        let kept = map.check_removal(&user).unwrap_err();
        let RemoveRoleMapError::InUse { users: told, .. } = &kept else {
            panic!("{kept}")
        };
        assert_eq!(told, users);
    }
    let several = [
        server("/acme/prod", "front", true),
        server("/acme/dev", "try", true),
        server("/acme/prod", "back", false),
    ];
    let RemoveRoleMapError::InUse { users, .. } = map.check_removal(&several).unwrap_err() else {
        panic!("used")
    };
    let names: Vec<_> = users.seen().iter().map(|user| user.name.as_str()).collect();
    assert_eq!((names, users.hidden()), (vec!["try", "front"], 1));
    // In place it is replaced all the same: the rule of `with_image` asks for no users.
    let (empty, record) = map.clone().without_image(&here, &[]).unwrap();
    assert_eq!((empty.images().len(), record), (0, east.id()));
    let error = empty.without_image(&here, &[]).unwrap_err();
    assert!(matches!(error, RoleMapError::NoImage { .. }), "{error}");
    assert_eq!(map.check_removal(&[]), Ok(()));
    let disabled = east.with_lifecycle(Lifecycle::Disabled {
        since: now(),
        reason: None,
        inherited_from: None,
        before: Box::new(Lifecycle::Active),
    });
    let error = map.with_image(&disabled).unwrap_err();
    assert!(matches!(error, RoleMapError::NotUsable { .. }), "{error}");
}

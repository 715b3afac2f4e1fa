//! Role maps.

use crate::{AMI, codes_of, location, now, registered, request, scope};
use atlas_image::{
    AgentFacts, ImageRecord, Lifecycle, MakeRoleMap, OsFacts, RemoveRoleMapError, RoleMap,
    RoleMapError, RoleMapId, RoleOs,
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
    for found in [
        Some(os("22")),
        None,
        Some(OsFacts::parse("debian", "24", "24").unwrap()),
    ] {
        let other = image("aws/us-east-1", found.clone(), agent());
        match map(false, false).with_image(&other).unwrap_err() {
            RoleMapError::OtherOs { found: told, .. } => assert_eq!(told, found),
            error => panic!("{error}"),
        }
    }
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
    let error = map(true, false).with_image(&without).unwrap_err();
    assert!(
        matches!(error, RoleMapError::AgentMissing { agent: "agent", .. }),
        "{error}"
    );
    // I11: where nobody said, there is a warning.
    let set = map(false, true).with_image(&without).unwrap();
    assert_eq!(codes_of(&set.warnings), ["agent-unknown"]);
    let mut asked = request("/acme", "aws/us-east-1", AMI);
    asked.init_agent = AgentFacts::Absent;
    let without = registered(asked).record;
    let error = map(false, true).with_image(&without).unwrap_err();
    assert!(
        matches!(
            error,
            RoleMapError::AgentMissing {
                agent: "init agent",
                ..
            }
        ),
        "{error}"
    );
}

#[test]
fn l10_what_servers_use_is_replaced_and_not_removed() {
    let east = image("aws/us-east-1", Some(os("24")), AgentFacts::installed());
    let map = map(false, false).with_image(&east).unwrap().map;
    let here = location("aws/us-east-1");
    let used = map.clone().without_image(&here, 2).unwrap_err();
    assert!(
        matches!(used, RoleMapError::InUse { servers: 2, .. }),
        "{used}"
    );
    assert_eq!(
        map.check_removal(1),
        Err(RemoveRoleMapError::InUse {
            role: "web".parse().unwrap(),
            servers: 1
        })
    );
    let (empty, record) = map.clone().without_image(&here, 0).unwrap();
    assert_eq!((empty.images().len(), record), (0, east.id()));
    let error = empty.without_image(&here, 0).unwrap_err();
    assert!(matches!(error, RoleMapError::NoImage { .. }), "{error}");
    assert_eq!(map.check_removal(0), Ok(()));
    let disabled = east.with_lifecycle(Lifecycle::Disabled {
        since: now(),
        reason: None,
        inherited_from: None,
        before: Box::new(Lifecycle::Active),
    });
    let error = map.with_image(&disabled).unwrap_err();
    assert!(matches!(error, RoleMapError::NotUsable { .. }), "{error}");
}

use atlas_image::AgentFacts;
use atlas_template::{AgentRequirement, agent_version};

fn agent(text: &str) -> AgentFacts {
    AgentFacts::read(text).unwrap()
}

#[test]
fn r08_agent_versions_are_compared_as_releases_are() {
    let version = |text| agent_version(&agent(text)).map(|it| it.to_string());
    let some = |text: &str| Some(text.to_owned());
    assert_eq!(version("right_link/v5.8"), some("5.8.0"));
    assert_eq!(version("right_link/5.8.13"), some("5.8.13"));
    assert_eq!(version("right_link/6"), some("6.0.0"));
    assert_eq!(version("cloud-init/23.1-3ubuntu"), None);
    assert_eq!(version("right_link"), None);
    // By their numbers, and not as texts.
    assert!(agent_version(&agent("right_link/v5.10")) > agent_version(&agent("right_link/v5.8")));
}

#[test]
fn r08_a_requirement_of_an_agent() {
    let met = |requirement: &str, text| {
        let requirement = AgentRequirement::parse(requirement).unwrap();
        requirement.is_met_by(&agent(text))
    };
    let yes = Some(true);
    let no = Some(false);
    assert_eq!(met("right_link ^5.8", "right_link/v5.8"), yes);
    assert_eq!(met("right_link ^5.8", "right_link/v5.10.1"), yes);
    assert_eq!(met("right_link ^5.8", "right_link/v5.7"), no);
    assert_eq!(met("right_link ^5.8", "right_link/v6"), no);
    assert_eq!(met("right_link >=5.8, <7", "right_link/v6"), yes);
    assert_eq!(met("right_link ^5.8", "scalarizr/v5.8"), no);
    assert_eq!(met("right_link ^5.8", "absent"), no);
    assert_eq!(met("right_link ^5.8", "right_link"), None);
    assert_eq!(met("right_link", "right_link"), yes);
    assert_eq!(met("right_link", "installed"), None);
    assert_eq!(met("right_link", "unknown"), None);
    for text in ["right_link", "right_link ^5.8", "right_link >=5.8, <7"] {
        assert_eq!(AgentRequirement::parse(text).unwrap().to_string(), text);
    }
    let errors: Vec<_> = ["", "right_link 5.8", "right_link ^x", "right_link "]
        .map(|text| AgentRequirement::parse(text).unwrap_err())
        .into_iter()
        .map(|error| format!("{:>2} {error}", error.at()))
        .collect();
    insta::assert_snapshot!(errors.join("\n"));
}

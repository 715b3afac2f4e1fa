use crate::{
    at,
    launch::{Stage, TOKYO},
    now, scope,
    template_content::DATABASE,
};
use atlas_template::{
    Deployment, DeploymentError, DeploymentId, LaunchFrom, OfferedTemplate, offer_mci,
    offer_template,
};

fn deployment(name: &str) -> Deployment {
    Deployment {
        id: DeploymentId::from_u128(1),
        name: name.parse().unwrap(),
        scope: scope("/acme/prod"),
        shared: false,
        description: atlas_mci::Description::default(),
        created: now(),
        created_by: "dana".parse().unwrap(),
    }
}

#[test]
fn r12_the_default_deployment_is_always_there() {
    let (default, other) = (deployment(Deployment::DEFAULT), deployment("shop"));
    assert!(default.is_default() && !other.is_default());
    let name = || "blog".parse().unwrap();
    assert_eq!(default.check_delete(&[]), Err(DeploymentError::Default));
    assert_eq!(
        default.renamed(name(), false),
        Err(DeploymentError::Default)
    );
    assert_eq!(other.check_delete(&[]), Ok(()));
    assert_eq!(other.renamed(name(), false).unwrap().name.as_str(), "blog");
    for deployment in [default.clone(), other.clone()] {
        let shown = deployment.with_shared(true);
        assert!(shown.shared);
        assert_eq!(shown.with_shared(false), deployment);
    }
    let servers: Vec<_> = (0..10)
        .map(|it| format!("web-{it}").parse().unwrap())
        .collect();
    let errors = [
        default.check_delete(&[]).unwrap_err(),
        other.check_delete(&servers[..1]).unwrap_err(),
        other.check_delete(&servers).unwrap_err(),
        other.renamed(name(), true).unwrap_err(),
    ];
    let errors: Vec<_> = errors.iter().map(ToString::to_string).collect();
    insta::assert_snapshot!(errors.join("\n"));
}

fn offered(stage: &Stage, location: &str) -> Option<OfferedTemplate> {
    stage.ask(location, |ask, _| match ask.from {
        LaunchFrom::Template {
            template, links, ..
        } => offer_template(&template, links, ask.location),
        LaunchFrom::Mci(_) => None,
    })
}

#[test]
fn r12_only_what_serves_the_location_is_offered() {
    let stage = Stage::new([]);
    let names = |location: &str| {
        let offered = offered(&stage, location)?;
        let names = offered.mcis.iter().map(|mci| mci.mci.to_string());
        Some((names.collect::<Vec<_>>().join(" "), offered.needs_choice))
    };
    let some = |names: &str, needs_choice| Some((names.to_owned(), needs_choice));
    assert_eq!(names(TOKYO), some("`web` `database`", false));
    assert_eq!(names("aws/us-east-1"), some("`database`", true));
    assert_eq!(names("azure/westeurope"), some("`web`", false));
    assert_eq!(names("openstack:corp/RegionOne"), None);
    insta::assert_snapshot!(serde_json::to_string_pretty(&offered(&stage, TOKYO)).unwrap());
    // What is offered launches, and what launches is offered.
    for location in [
        TOKYO,
        "aws/us-east-1",
        "azure",
        "gcp/us-east1",
        "local/main",
    ] {
        let found = offered(&stage, location);
        let launched = stage.launch(location).is_ok();
        assert_eq!(
            found.is_some_and(|it| !it.needs_choice),
            launched,
            "{location}"
        );
    }
}

#[test]
fn r12_what_is_revoked_is_not_offered() {
    let mut stage = Stage::new([]);
    stage.revoke_mci(0);
    assert!(offered(&stage, TOKYO).is_some_and(|it| it.needs_choice));
    assert!(offered(&stage, "azure").is_none());
    let mut revoked = Stage::new([]);
    revoked.revoke_template();
    assert!(offered(&revoked, TOKYO).is_none());
    let mci = stage.ask(TOKYO, |ask, _| match ask.from {
        LaunchFrom::Template { links, .. } => {
            let found = links.iter().find(|link| link.lineage == DATABASE);
            found.and_then(|link| offer_mci(&link.state.ok()?, &at("gcp/us-east1")))
        }
        LaunchFrom::Mci(_) => None,
    });
    assert_eq!(mci.unwrap().served_by, at("gcp"));
}

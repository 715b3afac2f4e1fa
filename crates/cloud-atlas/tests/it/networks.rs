//! Networks: only those that an inventory reports at the very location are offered.

use crate::{
    inventories::{Watched, world},
    support::{World, acme, p, run},
};
use cloud_atlas::{
    AddCredential, AddServer, Error, ErrorKind, LaunchBase, NetworkWarning, ServerRef,
    ServerRefusal, ServerWarning, Session,
    image::NetworkName,
    image_id::{Cloud, CloudLocation, ImageId},
    mci::{HeadEdit, Setting},
    scope::Role,
    template::{Reference, ServerEdit, ServerError},
};
use std::{collections::BTreeSet, sync::Arc};

const CLUSTER: &str = "vmware/DC1/cluster-a";

fn told() -> Arc<Watched> {
    Watched::new(
        r#""vmware/DC1": {"images": [{"id": "vm-42", "name": "rhel9"}],
             "networks": [{"name": "uplink"}]},
           "vmware/DC1/cluster-a": {"networks": [{"name": "backend"}, {"name": "VM Network"}]},
           "vmware/DC1/cluster-b": {"networks": [{"name": "frontend"}]},
           "vmware/DC2": {}"#,
    )
}

/// A template in two datacenters as the MultiCloud Image `web`, and a credential.
async fn furnish(world: &World) {
    let (admin, at) = (world.admin(), acme());
    let secret = p("vault:secret");
    let credential = AddCredential::new(acme(), Cloud::Vmware, p("vmware-main"), secret);
    admin.add_credential(credential).await.unwrap();
    let web = p::<Reference>("web");
    admin.create_mci(&at, p("web")).await.unwrap();
    let set = |location: &str| {
        let image = ImageId::parse(Cloud::Vmware, "vm-42").unwrap();
        HeadEdit::set(p(location), Setting::new(image))
    };
    let edits = vec![set("vmware/DC1"), set("vmware/DC9")];
    admin.edit_mci(&web, &at, edits, None).await.unwrap();
    admin.commit_mci(&web, &at, p("first"), None).await.unwrap();
}

fn on(names: &[&str]) -> BTreeSet<NetworkName> {
    names.iter().map(|name| p(name)).collect()
}

fn adding(location: &str, networks: &[&str]) -> AddServer {
    let name = p("db-1");
    let mut request = AddServer::new(acme(), p(location), LaunchBase::Mci(p("web")), name);
    request.networks = on(networks);
    request
}

async fn offered(who: &Session, location: &str) -> Option<Vec<String>> {
    let location = p::<CloudLocation>(location);
    let networks = who.server_networks(&location, &acme()).await.unwrap()?;
    Some(networks.iter().map(ToString::to_string).collect())
}

#[test]
fn r14_only_networks_of_the_compute_resource_are_offered() {
    let inventory = told();
    let world = world(&inventory);
    run(async {
        furnish(&world).await;
        let admin = world.admin();
        let told = |names: &[&str]| Some(names.iter().map(ToString::to_string).collect());
        assert_eq!(
            offered(&admin, CLUSTER).await,
            told(&["VM Network", "backend"])
        );
        assert_eq!(
            offered(&admin, "vmware/DC1/cluster-b").await,
            told(&["frontend"])
        );
        assert_eq!(offered(&admin, "vmware/DC1").await, told(&["uplink"]));
        assert_eq!(offered(&admin, "vmware/DC1/cluster-c").await, told(&[]));
        assert_eq!(offered(&admin, "vmware/DC2").await, None);
        assert_eq!(offered(&admin, "vmware/DC9").await, None);
    });
}

#[test]
fn r14_another_network_is_refused_where_a_server_is_added_or_edited() {
    let inventory = told();
    let world = world(&inventory);
    run(async {
        furnish(&world).await;
        let admin = world.admin();
        let mut refusals = Vec::new();
        for wrong in ["frontend", "uplink"] {
            let refused = admin.add_server(adding(CLUSTER, &["backend", wrong])).await;
            refusals.push(refused.unwrap_err());
        }
        let request = adding(CLUSTER, &["backend"]);
        let server = admin.add_server(request).await.unwrap();
        assert_eq!(*server.definition.networks(), on(&["backend"]));
        assert_eq!(server.definition.location().as_str(), CLUSTER);
        let one = p::<ServerRef>("db-1");
        let edit = |names: &[&str]| vec![ServerEdit::SetNetworks(on(names))];
        let refused = admin.edit_server(&one, &acme(), edit(&["frontend"])).await;
        refusals.push(refused.unwrap_err());
        for refused in &refusals {
            assert!(matches!(
                refused,
                Error::Server(ServerRefusal::Definition(ServerError::Network(_)))
            ));
            assert_eq!(refused.kind(), ErrorKind::Invalid);
        }
        let told: Vec<_> = refusals.iter().map(ToString::to_string).collect();
        insta::assert_snapshot!(told.join("\n"), @"
        there is no network `frontend` at vmware/DC1/cluster-a; there are `VM Network`, `backend`
        there is no network `uplink` at vmware/DC1/cluster-a; there are `VM Network`, `backend`
        there is no network `frontend` at vmware/DC1/cluster-a; there are `VM Network`, `backend`
        ");
        let edited = admin
            .edit_server(&one, &acme(), edit(&["VM Network"]))
            .await;
        let edited = edited.unwrap();
        assert_eq!(*edited.definition.networks(), on(&["VM Network"]));
        assert_eq!(edited.warnings, []);
        let next = admin.server_next(&one, &acme()).await.unwrap();
        assert_eq!(next.start.networks, on(&["VM Network"]));
    });
}

#[test]
fn r14_where_nobody_tells_any_network_is_taken_with_a_warning() {
    let inventory = told();
    let world = world(&inventory);
    run(async {
        furnish(&world).await;
        let admin = world.admin();
        let asked = inventory.asked();
        let server = admin.add_server(adding("vmware/DC9", &["any"])).await;
        let server = server.unwrap();
        assert_eq!(inventory.asked(), asked, "it does not cover the place");
        let location = p("vmware/DC9");
        let warning = NetworkWarning::NetworksUnchecked { location };
        assert!(server.warnings.contains(&ServerWarning::Network(warning)));
        let text = server.warnings.iter().map(ToString::to_string);
        insta::assert_snapshot!(text.collect::<Vec<_>>().join("\n"), @"
        no inventory tells which networks there are at vmware/DC9: the launch may find that one is not there
        no record of `VirtualMachine:vm-42` is visible from here: register it
        ");
    });
}

#[test]
fn r14_who_may_not_manage_servers_learns_nothing_of_networks() {
    let inventory = told();
    let world = world(&inventory);
    run(async {
        furnish(&world).await;
        let admin = world.admin();
        admin.add_server(adding(CLUSTER, &[])).await.unwrap();
        let observe = admin.grant(&p("eve"), &Role::OBSERVER, &acme(), None).await;
        observe.unwrap();
        let eve = world.who("eve");
        let asked = inventory.asked();
        let location = p::<CloudLocation>(CLUSTER);
        let refused = eve.server_networks(&location, &acme()).await.unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::Denied);
        let refused = eve.add_server(adding(CLUSTER, &["x"])).await.unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::Denied);
        let edit = vec![ServerEdit::SetNetworks(on(&["x"]))];
        let refused = eve.edit_server(&p("db-1"), &acme(), edit).await;
        assert_eq!(refused.unwrap_err().kind(), ErrorKind::Denied);
        assert_eq!(inventory.asked(), asked);
        // A cloud that is out of reach is no reason to take any network.
        inventory.away();
        let refused = admin.add_server(adding(CLUSTER, &["backend"])).await;
        assert_eq!(refused.unwrap_err().kind(), ErrorKind::Unavailable);
    });
}

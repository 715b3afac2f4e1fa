use crate::at;
use atlas_image::{CloudNetwork, NetworkName};
use atlas_template::{KnownNetworks, NetworkError, check_network, offer_networks};

fn name(text: &str) -> NetworkName {
    NetworkName::parse(text).unwrap()
}

fn known() -> Vec<CloudNetwork> {
    [
        ("vmware:vc1/DC1/cluster-a", "VM Network"),
        ("vmware:vc1/DC1/cluster-a", "backend"),
        ("vmware:vc1/DC1/cluster-a", "backend"),
        ("vmware:vc1/DC1/cluster-b", "frontend"),
        ("vmware:vc1/DC1", "uplink"),
    ]
    .map(|(location, network)| CloudNetwork {
        location: at(location),
        name: name(network),
    })
    .into()
}

#[test]
fn r14_only_networks_of_the_compute_resource_are_offered() {
    let known = known();
    let offered = |location: &str| {
        let names = offer_networks(&at(location), &known).into_iter();
        names.map(|it| it.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(
        offered("vmware:vc1/DC1/cluster-a"),
        ["VM Network", "backend"]
    );
    assert_eq!(offered("vmware:vc1/DC1/cluster-b"), ["frontend"]);
    assert_eq!(offered("vmware:vc1/DC1"), ["uplink"]);
    assert!(offered("vmware:vc2/DC1").is_empty());
}

#[test]
fn r14_another_network_is_refused() {
    let known = known();
    let check = |location: &str, network: &str| {
        let known = KnownNetworks::Reported(&known);
        check_network(&at(location), &name(network), known)
    };
    assert_eq!(check("vmware:vc1/DC1/cluster-a", "backend"), Ok(true));
    let refused: Vec<NetworkError> = vec![
        check("vmware:vc1/DC1/cluster-a", "frontend").unwrap_err(),
        check("vmware:vc1/DC1/cluster-a", "uplink").unwrap_err(),
        check("vmware:vc2/DC1", "uplink").unwrap_err(),
    ];
    let refused: Vec<_> = refused.iter().map(ToString::to_string).collect();
    insta::assert_snapshot!(refused.join("\n"), @"
    there is no network `frontend` at vmware:vc1/DC1/cluster-a; there are `VM Network`, `backend`
    there is no network `uplink` at vmware:vc1/DC1/cluster-a; there are `VM Network`, `backend`
    there is no network `uplink` at vmware:vc2/DC1; none is reported there
    ");
    // Without an inventory nobody knows.
    let unasked = check_network(&at("vmware:vc2/DC1"), &name("x"), KnownNetworks::Unasked);
    assert_eq!(unasked, Ok(false));
}

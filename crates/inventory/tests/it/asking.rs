//! What a file answers.

use crate::{AMI, EAST, id, inventory, location};
use atlas_image::{CloudImage, ServerState};
use atlas_inventory::{Ask, FileInventory, Inventory, InventoryError, Listed};
use core::num::NonZeroU32;
use pollster::FutureExt as _;

fn describe(inventory: &FileInventory, at: &str, image: &str) -> Option<CloudImage> {
    let (at, image) = (location(at), id(at, image));
    inventory
        .describe(Ask::new(&at), &image)
        .block_on()
        .unwrap()
}

fn images(inventory: &FileInventory, at: &str) -> Vec<String> {
    let at = location(at);
    let listed = inventory.images(Ask::new(&at), None).block_on().unwrap();
    assert_eq!(listed.next, None);
    let ids = listed.items.iter();
    ids.map(|image| format!("{} {}", image.location, image.image_id))
        .collect()
}

#[test]
fn i07_an_image_is_described_where_it_is() {
    let image = format!(
        r#""images": [{{"id": "{AMI}", "name": "web", "architecture": "arm64", "size_gb": 8}}]"#
    );
    let inventory = inventory(&[(EAST, &image), ("aws/eu-west-1", "")]);
    let found = describe(&inventory, EAST, AMI).unwrap();
    assert_eq!(found.name.unwrap().as_str(), "web");
    assert_eq!(found.architecture.unwrap().as_str(), "aarch64");
    assert_eq!(found.size_gb, NonZeroU32::new(8));
    assert_eq!(describe(&inventory, "aws/eu-west-1", AMI), None);
    let covers = |at: &str| inventory.covers(&location(at));
    assert!(
        covers(EAST) && covers("aws/eu-west-1"),
        "an empty place is known too"
    );
    assert!(!covers("aws/us-east-2") && !covers("gcp"));
}

#[test]
fn m19_a_closed_image_is_told_by_its_id_and_stands_in_no_list() {
    let image = format!(r#""images": [{{"id": "{AMI}", "closed": true}}]"#);
    let inventory = inventory(&[(EAST, &image)]);
    assert!(describe(&inventory, EAST, AMI).unwrap().closed);
    assert_eq!(images(&inventory, EAST), [""; 0]);
}

#[test]
fn i07_an_id_without_a_location_counts_for_its_whole_cloud() {
    let urn = "Canonical:ubuntu:server:24.04.1";
    let image = format!(r#""images": [{{"id": "{urn}"}}]"#);
    // The same image may be told of by every region.
    let inventory = inventory(&[("azure/westeurope", &image), ("azure/eastus", &image)]);
    assert_eq!(images(&inventory, "azure"), [format!("azure {urn}")]);
    assert_eq!(
        images(&inventory, "azure/westeurope"),
        [format!("azure {urn}")]
    );
    assert!(describe(&inventory, "azure/eastus", urn).is_some());
    assert!(describe(&inventory, "azure", urn).is_some());
}

#[test]
fn c04_installations_and_compute_resources_are_places_of_their_own() {
    let image = r#""images": [{"id": "vm-42"}]"#;
    let inventory = inventory(&[
        ("vmware:vc1/DC1", image),
        ("vmware:vc1/DC1/cluster-b", r#""images": [{"id": "vm-43"}]"#),
        ("vmware/DC1", ""),
    ]);
    assert!(describe(&inventory, "vmware:vc1/DC1", "vm-42").is_some());
    assert!(describe(&inventory, "vmware/DC1", "vm-42").is_none());
    // What the datacenter has, each of its clusters has.
    assert!(describe(&inventory, "vmware:vc1/DC1/cluster-a", "vm-42").is_some());
    assert!(describe(&inventory, "vmware:vc1/DC1/cluster-a", "vm-43").is_none());
    assert_eq!(
        images(&inventory, "vmware:vc1/DC1"),
        [
            "vmware:vc1/DC1 VirtualMachine:vm-42",
            "vmware:vc1/DC1/cluster-b VirtualMachine:vm-43"
        ]
    );
    assert_eq!(
        images(&inventory, "vmware:vc1/DC1/cluster-a"),
        ["vmware:vc1/DC1 VirtualMachine:vm-42"]
    );
}

#[test]
fn i10_lists_come_page_by_page() {
    let mut place = r#""images": ["#.to_owned();
    for number in 0..2500 {
        let comma = if number == 0 { "" } else { "," };
        place.push_str(&format!(r#"{comma}{{"id": "ami-{number:017x}"}}"#));
    }
    place.push(']');
    let inventory = inventory(&[(EAST, &place)]);
    let at = location(EAST);
    let ask = |after: Option<&str>| inventory.images(Ask::new(&at), after).block_on();
    let (mut sizes, mut after) = (Vec::new(), None);
    let mut seen = Vec::new();
    loop {
        let Listed { items, next, .. } = ask(after.as_deref()).unwrap();
        sizes.push(items.len());
        seen.extend(items);
        after = next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(sizes, [1000, 1000, 500]);
    assert!(seen.is_sorted_by(|a, b| a.image_id.as_str() < b.image_id.as_str()));
    let refused = ask(Some("behind")).unwrap_err();
    assert!(matches!(&refused, InventoryError::Page { after } if after == "behind"));
    assert_eq!(
        refused.to_string(),
        "`behind` is where no page ended: begin the list anew"
    );
}

#[test]
fn i14_a_server_is_described_with_its_disks() {
    let inventory = inventory(&[(
        EAST,
        r#""servers": [{"id": "i-1", "name": "web-1", "state": "running",
            "image": "ami-0ae8605ed708e3c3e", "devices": [
              {"name": "/dev/sda1", "kind": "root", "size_gb": 10},
              {"name": "/dev/sdb", "kind": "ephemeral"}]}]"#,
    )]);
    let (at, id) = (location(EAST), "i-1".parse().unwrap());
    let server = inventory.server(Ask::new(&at), &id).block_on().unwrap();
    let server = server.unwrap();
    assert_eq!(server.state, ServerState::Operational);
    assert_eq!(server.devices.len(), 2);
    assert_eq!(server.image_id.unwrap().as_str(), AMI);
    let listed = inventory.servers(Ask::new(&at), None).block_on().unwrap();
    assert_eq!(listed.items.len(), 1);
    let none = "i-2".parse().unwrap();
    assert_eq!(
        inventory.server(Ask::new(&at), &none).block_on().unwrap(),
        None
    );
}

#[test]
fn r14_networks_are_told_of_the_very_location() {
    let inventory = inventory(&[
        ("vmware:vc1/DC1", r#""networks": [{"name": "uplink"}]"#),
        (
            "vmware:vc1/DC1/cluster-a",
            r#""networks": [{"name": "backend"}, {"name": "VM Network"}]"#,
        ),
        ("vmware:vc2/DC1", ""),
        ("vmware:vc3/DC1/cluster-a", r#""networks": []"#),
    ]);
    let networks = |at: &str| {
        let at = location(at);
        let told = inventory.networks(Ask::new(&at)).block_on().unwrap()?;
        assert!(told.iter().all(|network| network.location == at));
        Some(told.into_iter().map(|it| it.name.to_string()).collect())
    };
    let told = |at: &str, names: &[&str]| {
        let names: Vec<_> = names.iter().map(ToString::to_string).collect();
        assert_eq!(networks(at), Some(names), "{at}");
    };
    told("vmware:vc1/DC1/cluster-a", &["VM Network", "backend"]);
    told("vmware:vc1/DC1", &["uplink"]);
    // The file is whole: a cluster that it leaves out has none.
    told("vmware:vc1/DC1/cluster-b", &[]);
    told("vmware:vc3/DC1/cluster-a", &[]);
    // Of these it does not tell.
    for silent in ["vmware:vc2/DC1", "vmware:vc3/DC1", "vmware:vc4/DC1", "gcp"] {
        assert_eq!(networks(silent), None, "{silent}");
    }
}

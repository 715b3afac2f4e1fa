//! Cloud locations: their parts, what contains what, what is refused.

use atlas_image_id::{Cloud, CloudLocation};

fn at(text: &str) -> CloudLocation {
    CloudLocation::parse(text).unwrap()
}

#[test]
fn c04_an_installation_is_a_place_of_its_own() {
    let (corp, lab) = (
        at("openstack:corp/RegionOne"),
        at("openstack:lab/RegionOne"),
    );
    assert_ne!(corp, lab);
    assert!(!corp.contains(&lab));
    let plain = at("openstack/RegionOne");
    assert_eq!(
        (plain.installation(), corp.installation()),
        (None, Some("corp"))
    );
    assert!(!plain.contains(&corp) && !corp.contains(&plain));
    assert_eq!(
        (corp.cloud(), corp.region()),
        (Cloud::OpenStack, Some("RegionOne"))
    );
}

#[test]
fn c04_a_compute_resource_stands_in_vmware_locations_only() {
    let cluster = at("vmware:vc1/DC1/cluster-a");
    assert_eq!(cluster.installation(), Some("vc1"));
    assert_eq!(
        (cluster.region(), cluster.compute_resource()),
        (Some("DC1"), Some("cluster-a"))
    );
    assert_eq!(at("vmware/DC1").compute_resource(), None);
    for text in [
        "aws/us-east-1/x",
        "azure/westeurope/x",
        "gcp/us-central1/x",
        "openstack/RegionOne/x",
        "local/main/x",
        "vmware/DC1/a/b",
    ] {
        assert!(CloudLocation::parse(text).is_err(), "{text}");
    }
}

#[test]
fn c04_the_further_clouds_are_places_too() {
    for text in [
        "oracle/us-ashburn-1",
        "alibaba/cn-hangzhou",
        "ibm/us-south",
        "digitalocean/nyc3",
        "hetzner/fsn1",
        "linode/us-east",
        "tencent/ap-guangzhou",
        "huawei/cn-north-4",
        "nutanix:pc1/cluster-a",
        "proxmox:home/pve1",
        "oci",
    ] {
        let place = at(text);
        assert_eq!(place.as_str(), text);
        assert_eq!(place.compute_resource(), None, "{text}");
        // Each installation is a place of its own there too.
        let cloud = place.cloud().as_str();
        let own = text.replacen(cloud, &format!("{cloud}:own"), 1);
        if place.installation().is_none()
            && let Ok(own) = CloudLocation::parse(&own)
        {
            assert!(own != place && !own.contains(&place) && !place.contains(&own));
        }
        assert!(
            CloudLocation::parse(&format!("{text}/a/b")).is_err(),
            "{text}"
        );
    }
}

#[test]
fn c05_the_repository_is_a_cloud_with_regions_and_names() {
    assert_eq!(at("local/main").cloud(), Cloud::Local);
    assert_eq!(at("local:lab/main").installation(), Some("lab"));
    assert!(CloudLocation::parse("local").is_err());
}

#[test]
fn r13_a_location_contains_itself_and_all_below_it() {
    for (above, below) in [
        ("azure", "azure/westeurope"),
        ("gcp", "gcp/us-central1"),
        ("vmware:vc1/DC1", "vmware:vc1/DC1/cluster-a"),
    ] {
        let (above, below) = (at(above), at(below));
        assert!(above.contains(&below) && above.contains(&above));
        assert!(!below.contains(&above));
        assert_eq!(below.widen(), Some(above));
    }
    assert!(!at("vmware/DC1").contains(&at("vmware/DC10")));
    assert!(!at("vmware/DC1").contains(&at("vmware:vc1/DC1/a")));
    assert!(!at("azure").contains(&at("gcp/us-central1")));
    for top in [
        "aws/us-east-1",
        "azure",
        "gcp",
        "openstack:corp/RegionOne",
        "vmware/DC1",
        "local/main",
    ] {
        assert_eq!(at(top).widen(), None, "{top}");
    }
}

#[test]
fn i02_openstack_without_a_region_takes_region_one_and_says_so() {
    for (given, whole) in [
        ("openstack", "openstack/RegionOne"),
        ("openstack:corp", "openstack:corp/RegionOne"),
    ] {
        let completed = CloudLocation::parse_completing(given).unwrap();
        assert_eq!(
            (completed.location.as_str(), completed.region_assumed),
            (whole, true)
        );
        assert!(CloudLocation::parse(given).is_err());
    }
    let whole = CloudLocation::parse_completing("openstack/RegionTwo").unwrap();
    assert_eq!(
        (whole.location.as_str(), whole.region_assumed),
        ("openstack/RegionTwo", false)
    );
    let error = CloudLocation::parse_completing("openstack:a b").unwrap_err();
    assert_eq!(error.at(), 11);
}

#[test]
fn parts_make_the_location_that_the_text_makes() {
    let parts = CloudLocation::new(Cloud::Vmware, Some("vc1"), Some("DC1"), Some("cluster-a"));
    assert_eq!(parts, CloudLocation::parse("vmware:vc1/DC1/cluster-a"));
    let smuggled = CloudLocation::new(Cloud::Vmware, None, Some("DC1/cluster-a"), None);
    assert_eq!(smuggled.unwrap_err().at(), "vmware/DC1".len());
    assert!(CloudLocation::new(Cloud::Vmware, None, None, Some("cluster-a")).is_err());
    assert!(CloudLocation::new(Cloud::OpenStack, Some("a/b"), None, None).is_err());
}

#[test]
fn vmware_escapes_are_lower_case_and_openstack_regions_are_free() {
    assert_eq!(at("vmware/a%2Fb"), at("vmware/a%2fb"));
    assert_eq!(at("openstack/My Region @2").region(), Some("My Region @2"));
    assert_ne!(at("openstack/regionone"), at("openstack/RegionOne"));
}

#[test]
fn clouds_are_known_by_one_word() {
    for cloud in Cloud::all() {
        assert_eq!(Cloud::parse(cloud.as_str()), Ok(*cloud));
        assert!(Cloud::parse(&cloud.as_str().to_ascii_uppercase()).is_err());
    }
    assert!(Cloud::all().is_sorted());
}

#[test]
fn every_cloud_has_its_own_form_of_location() {
    for text in [
        "oracle/us-ashburn-1",
        "alibaba/cn-hangzhou",
        "ibm/us-south",
        "tencent/ap-guangzhou",
        "huawei/cn-north-4",
        "digitalocean",
        "digitalocean/nyc3",
        "hetzner",
        "hetzner/fsn1",
        "linode/us-east",
        "nutanix/CLUSTER-1",
        "nutanix:pc1/cluster_a",
        "proxmox:lab/pve-1",
        "oci",
    ] {
        assert_eq!(at(text).as_str(), text);
    }
    for text in [
        "oracle",
        "oracle/ashburn",
        "alibaba/cn--hangzhou",
        "ibm/US-South",
        "tencent/ap-guangzhou-",
        "oracle:corp/us-ashburn-1",
        "digitalocean/NYC3",
        "hetzner/fsn1/x",
        "nutanix",
        "proxmox/node_1",
        "oci/docker.io",
    ] {
        assert!(CloudLocation::parse(text).is_err(), "{text}");
    }
    for (below, above) in [
        ("digitalocean/nyc3", "digitalocean"),
        ("linode/us-east", "linode"),
    ] {
        assert!(at(above).contains(&at(below)));
        assert_eq!(at(below).widen(), Some(at(above)));
    }
    assert_eq!(at("oracle/us-ashburn-1").widen(), None);
}

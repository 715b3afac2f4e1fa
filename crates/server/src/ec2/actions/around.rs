//! What clients ask before they ask of images: regions, zones, the account.

use crate::ec2::asking::{Answer, Asking};
use atlas_ec2::{
    AccountAttribute, AccountAttributeItem, AccountAttributesDescribed, AttributeValueItem,
    DescribeAccountAttributes, DescribeAvailabilityZones, DescribeRegions, Ec2Error, Filters,
    RegionItem, RegionsDescribed, ZoneItem, ZonesDescribed,
};

/// Answers `DescribeRegions`: those that the host program names, and the one that is asked.
pub(in crate::ec2) async fn describe_regions(
    asking: &Asking<'_>,
    ask: DescribeRegions,
) -> Result<Answer, Ec2Error> {
    let filters = Filters::read(&ask.filters)?;
    let mut all = asking.api.regions.clone();
    all.entry(asking.region().to_owned())
        .or_insert_with(|| "localhost".to_owned());
    known(&ask.region_names, |name| all.contains_key(name), "region")?;
    asking.before(asking.scope()).await?;
    let wanted = |name: &str| {
        ask.region_names.is_empty() || ask.region_names.iter().any(|wanted| wanted == name)
    };
    let items = all.iter().filter(|(name, _)| wanted(name.as_str()));
    let items = items.map(|(name, endpoint)| RegionItem {
        region_name: name,
        region_endpoint: endpoint,
        opt_in_status: "opt-in-not-required",
    });
    let regions = filters.filter(items).collect();
    Ok(asking.answer(&RegionsDescribed { regions }))
}

/// Answers `DescribeAvailabilityZones`: each region has one, which is called as EC2 calls the first.
pub(in crate::ec2) async fn describe_zones(
    asking: &Asking<'_>,
    ask: DescribeAvailabilityZones,
) -> Result<Answer, Ec2Error> {
    let filters = Filters::read(&ask.filters)?;
    let region = asking.region();
    let (name, id) = (format!("{region}a"), format!("{region}-az1"));
    known(&ask.zone_names, |asked| asked == name, "availability zone")?;
    known(&ask.zone_ids, |asked| asked == id, "availability zone")?;
    asking.before(asking.scope()).await?;
    let zone = ZoneItem {
        zone_name: &name,
        zone_state: "available",
        region_name: region,
        zone_id: &id,
        group_name: region,
        network_border_group: region,
        zone_type: "availability-zone",
        opt_in_status: "opt-in-not-required",
    };
    let zones = filters.filter([zone]).collect();
    Ok(asking.answer(&ZonesDescribed { zones }))
}

/// Answers `DescribeAccountAttributes` with what EC2 says of a new account.
pub(in crate::ec2) async fn describe_account(
    asking: &Asking<'_>,
    ask: DescribeAccountAttributes,
) -> Result<Answer, Ec2Error> {
    asking.before(asking.scope()).await?;
    let asked = ask.attribute_names.as_slice();
    let wanted = AccountAttribute::all().iter();
    let wanted = wanted.filter(|name| asked.is_empty() || asked.contains(name));
    let attributes = wanted.map(|name| AccountAttributeItem {
        name: name.as_str(),
        values: vec![AttributeValueItem {
            value: value(*name),
        }],
    });
    let attributes = attributes.collect();
    Ok(asking.answer(&AccountAttributesDescribed { attributes }))
}

fn value(attribute: AccountAttribute) -> &'static str {
    match attribute {
        AccountAttribute::SupportedPlatforms => "VPC",
        AccountAttribute::DefaultVpc => "none",
        AccountAttribute::MaxInstances => "20",
        // The addresses of an account, in a VPC and outside; the groups of an interface.
        _ => "5",
    }
}

/// `InvalidParameterValue` where one is named that is not there.
fn known(asked: &[String], is_known: impl Fn(&str) -> bool, what: &str) -> Result<(), Ec2Error> {
    match asked.iter().find(|name| !is_known(name)) {
        None => Ok(()),
        Some(missing) => {
            let shown = cloud_atlas::base::quoted(missing).to_string();
            let shown = shown.trim_matches('`');
            Err(Ec2Error::invalid_value(format!(
                "Invalid {what}: [{shown}]"
            )))
        }
    }
}

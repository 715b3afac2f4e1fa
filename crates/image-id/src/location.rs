//! Cloud locations.

mod rules;

use crate::{
    AwsRegion, Cloud, ParseLocationError,
    scan::{Flaw, Piece},
};
use core::fmt;
use std::sync::Arc;

/// A cloud and, where it has them, an installation, a region and a compute resource.
///
/// The text form is `CLOUD[:INSTALLATION][/REGION[/COMPUTE]]`:
///
/// | cloud | texts |
/// |---|---|
/// | AWS | `aws/us-east-1`; each region is a cloud of its own, so `aws` alone is none |
/// | Azure | `azure`, `azure/westeurope` |
/// | GCP | `gcp`, `gcp/us-central1` |
/// | OpenStack | `openstack/RegionOne`, `openstack:corp/RegionOne` |
/// | VMware | `vmware/DC1`, `vmware:vc1/DC1`, `vmware:vc1/DC1/cluster-a` |
/// | Oracle, Alibaba, IBM, Tencent, Huawei | `oracle/us-ashburn-1`, `alibaba/cn-hangzhou`, `ibm/us-south`, `tencent/ap-guangzhou`, `huawei/cn-north-4` |
/// | DigitalOcean, Hetzner, Linode | `digitalocean`, `digitalocean/nyc3`, `hetzner/fsn1`, `linode/us-east` |
/// | Nutanix | `nutanix/CLUSTER`, `nutanix:pc1/CLUSTER` |
/// | Proxmox | `proxmox/NODE`, `proxmox:lab/NODE` |
/// | OCI | `oci`; a reference names its registry |
/// | local | `local/main`, `local:NAME/main` |
///
/// RightScale: a private cloud is an installation, and the plain name is the default one (C04). Order is
/// the order of the text's bytes; cloning is cheap.
// The other fields follow from the text, so the derived order is the text's.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CloudLocation {
    text: Arc<str>,
    cloud: Cloud,
    /// Where the region begins.
    region: Option<u16>,
    /// Where the compute resource begins.
    compute: Option<u16>,
}

impl CloudLocation {
    /// Reads the text form.
    ///
    /// # Errors
    ///
    /// The cloud is unknown, or a part is malformed, missing or not one that the cloud has.
    pub fn parse(text: &str) -> Result<Self, ParseLocationError> {
        Self::scan(text).map_err(|flaw| ParseLocationError::new(NOUN, text, flaw))
    }

    /// Reads the text form; OpenStack without a region takes `RegionOne` (Scalr; I02), and the result says
    /// so.
    ///
    /// # Errors
    ///
    /// Those of [`CloudLocation::parse`].
    pub fn parse_completing(text: &str) -> Result<CompletedLocation, ParseLocationError> {
        let bare = text == "openstack" || text.starts_with("openstack:") && !text.contains('/');
        if bare {
            let location = Self::parse(&format!("{text}/RegionOne"))?;
            return Ok(CompletedLocation {
                location,
                region_assumed: true,
            });
        }
        Self::parse(text).map(|location| CompletedLocation {
            location,
            region_assumed: false,
        })
    }

    /// Puts a location together from its parts.
    ///
    /// # Errors
    ///
    /// Those of [`CloudLocation::parse`]; the offset is one in the text that the parts make.
    pub fn new(
        cloud: Cloud,
        installation: Option<&str>,
        region: Option<&str>,
        compute_resource: Option<&str>,
    ) -> Result<Self, ParseLocationError> {
        let mut text = cloud.as_str().to_owned();
        let mut stray = None;
        for (mark, part) in [(':', installation), ('/', region), ('/', compute_resource)] {
            let Some(part) = part else { continue };
            text.push(mark);
            if let Some(at) = part.find('/') {
                stray = stray.or(Some(text.len() + at));
            }
            text.push_str(part);
        }
        let missing = region.is_none() && compute_resource.is_some();
        let flaw = match stray {
            Some(at) => Flaw::found(at, "a part without `/`"),
            None if missing => Flaw::says(0, "a compute resource without a region", "a region"),
            None => return Self::parse(&text),
        };
        Err(ParseLocationError::new(NOUN, &text, flaw))
    }

    /// The location of an AWS region.
    pub fn aws(region: AwsRegion) -> Self {
        let text = format!("aws/{region}").into();
        Self {
            text,
            cloud: Cloud::Aws,
            region: Some(4),
            compute: None,
        }
    }

    fn scan(text: &str) -> Result<Self, Flaw> {
        let (head, rest) = Piece::capped(text)?.split('/');
        let (word, installation) = head.split(':');
        let known = Cloud::all()
            .iter()
            .copied()
            .find(|cloud| cloud.as_str() == word.text);
        let cloud = known.ok_or_else(|| rules::unknown_cloud(text, word))?;
        if let Some(installation) = installation {
            rules::installation(cloud, installation)?;
        }
        let (region, compute) = match rest.map(|rest| rest.split('/')) {
            None => (None, None),
            Some((region, compute)) => (Some(region), compute),
        };
        rules::region(cloud, region, head.end())?;
        if let Some(compute) = compute {
            rules::compute(cloud, compute)?;
        }
        let start = |piece: Option<Piece<'_>>| piece.and_then(|piece| u16::try_from(piece.at).ok());
        let (region, compute) = (start(region), start(compute));
        let text = match cloud {
            Cloud::Vmware => crate::vmware::lower_escapes(text).into(),
            _ => text.into(),
        };
        Ok(Self {
            text,
            cloud,
            region,
            compute,
        })
    }

    /// The text form.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The cloud.
    pub fn cloud(&self) -> Cloud {
        self.cloud
    }

    /// The installation, unless it is the default one.
    pub fn installation(&self) -> Option<&str> {
        let end = self
            .region
            .map_or(self.text.len(), |start| usize::from(start) - 1);
        self.text
            .get(..end)?
            .split_once(':')
            .map(|(_, installation)| installation)
    }

    /// The region, location or datacenter.
    pub fn region(&self) -> Option<&str> {
        let end = self
            .compute
            .map_or(self.text.len(), |start| usize::from(start) - 1);
        self.text.get(usize::from(self.region?)..end)
    }

    /// The compute resource, which only VMware locations have.
    pub fn compute_resource(&self) -> Option<&str> {
        self.text.get(usize::from(self.compute?)..)
    }

    /// The region of an AWS location.
    pub fn aws_region(&self) -> Option<AwsRegion> {
        match self.cloud {
            Cloud::Aws => AwsRegion::parse(self.region()?).ok(),
            _ => None,
        }
    }

    /// Whether `other` is this location or lies below it: a setting at `azure` serves `azure/westeurope`
    /// (R13).
    pub fn contains(&self, other: &Self) -> bool {
        let below = other.text.strip_prefix(&*self.text);
        self.cloud == other.cloud
            && below.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }

    /// The next containing location that is itself one: without the compute resource, or the cloud alone
    /// for Azure and GCP (R13).
    pub fn widen(&self) -> Option<Self> {
        let (end, region) = match (self.compute, self.region) {
            (Some(start), region) => (start, region),
            (None, Some(start)) if self.cloud.stands_alone() => (start, None),
            _ => return None,
        };
        let text = self.text.get(..usize::from(end) - 1)?.into();
        Some(Self {
            text,
            cloud: self.cloud,
            region,
            compute: None,
        })
    }
}

impl fmt::Display for CloudLocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text)
    }
}

impl fmt::Debug for CloudLocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

impl AsRef<str> for CloudLocation {
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}

atlas_base::text_form!(CloudLocation, ParseLocationError);

/// A location with what was filled in.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct CompletedLocation {
    /// The whole location.
    pub location: CloudLocation,
    /// Whether `RegionOne` was assumed; whoever asked is told so.
    pub region_assumed: bool,
}

const NOUN: &str = "cloud location";

//! Short names of marketplace images.

use super::{AzureUrn, AzureUrnRef, urn::Cuts};
use core::fmt;

/// A short name that the Azure command line gives to a URN; it is read in any case.
///
/// The list changes between releases, so an alias is expanded where it enters: the canonical text is
/// the URN.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AzureAlias(&'static Listed);

#[derive(PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Listed {
    name: &'static str,
    urn: &'static str,
    cuts: Cuts,
}

impl AzureAlias {
    /// Every alias, in the list's order.
    pub const fn all() -> &'static [Self] {
        ALIASES
    }

    /// The alias of this name, in any case.
    pub fn find(name: &str) -> Option<Self> {
        ALIASES
            .iter()
            .copied()
            .find(|alias| alias.0.name.eq_ignore_ascii_case(name))
    }

    /// The name in the list's case.
    pub const fn name(self) -> &'static str {
        self.0.name
    }

    /// What it stands for; the URN remembers the alias.
    pub fn urn(self) -> AzureUrn {
        self.borrowed_urn().into_owned()
    }

    /// What it stands for, as it stands in the list.
    pub fn borrowed_urn(self) -> AzureUrnRef<'static> {
        AzureUrnRef::of_alias(self, self.0.urn, self.0.cuts)
    }
}

/// The name.
impl fmt::Display for AzureAlias {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl fmt::Debug for AzureAlias {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.name(), f)
    }
}

/// Which list the aliases are from: that of `vm/_alias.py` in this release.
pub const ALIAS_LIST: &str = "azure-cli 2.91.0";

macro_rules! aliases {
    ($($name:literal = $publisher:literal : $offer:literal : $sku:literal;)*) => {
        &[$(AzureAlias(&Listed {
            name: $name,
            urn: concat!($publisher, ":", $offer, ":", $sku, ":latest"),
            cuts: Cuts {
                publisher: $publisher.len(),
                offer: concat!($publisher, ":", $offer).len(),
                sku: concat!($publisher, ":", $offer, ":", $sku).len(),
            },
        }),)*]
    };
}

/// All of them follow the newest version.
const ALIASES: &[AzureAlias] = aliases! {
    "AzureLinux4" = "microsoftazurelinux" : "azurelinux-4" : "4";
    "AzureLinux4Arm64" = "microsoftazurelinux" : "azurelinux-4" : "4-arm64";
    "AzureLinux4Gen1" = "microsoftazurelinux" : "azurelinux-4" : "4-gen1";
    "CentOS85Gen2" = "OpenLogic" : "CentOS" : "8_5-gen2";
    "Debian11" = "Debian" : "debian-11" : "11-backports-gen2";
    "FlatcarLinuxFreeGen2" = "kinvolk" : "flatcar-container-linux-free" : "stable-gen2";
    "OpenSuseLeap154Gen2" = "SUSE" : "openSUSE-leap-15-4" : "gen2";
    "RHELRaw8LVMGen2" = "RedHat" : "RHEL" : "8-lvm-gen2";
    "SuseSles15SP3" = "SUSE" : "sles-15-sp3" : "gen2";
    "Ubuntu2204" = "Canonical" : "0001-com-ubuntu-server-jammy" : "22_04-lts-gen2";
    "Win2022Datacenter" = "MicrosoftWindowsServer" : "WindowsServer" : "2022-datacenter-g2";
    "Win2022AzureEditionCore" =
        "MicrosoftWindowsServer" : "WindowsServer" : "2022-datacenter-azure-edition-core";
    "Win2019Datacenter" =
        "MicrosoftWindowsServer" : "WindowsServer" : "2019-datacenter-gensecond";
    "Win2016Datacenter" =
        "MicrosoftWindowsServer" : "WindowsServer" : "2016-datacenter-gensecond";
    "Win2012R2Datacenter" = "MicrosoftWindowsServer" : "WindowsServer" : "2012-R2-Datacenter";
    "Win2012Datacenter" = "MicrosoftWindowsServer" : "WindowsServer" : "2012-Datacenter";
};

/// Aliases without a version that the list had until 2023, in lower case and without dashes, and the
/// ones that its maintainers told people to take instead.
pub(super) const RETIRED: &[(&str, &str)] = &[
    ("centos", "CentOS85Gen2"),
    ("debian", "Debian11"),
    ("flatcar", "FlatcarLinuxFreeGen2"),
    ("opensuseleap", "OpenSuseLeap154Gen2"),
    ("rhel", "RHELRaw8LVMGen2"),
    ("sles", "SuseSles15SP3"),
    ("ubuntults", "Ubuntu2204"),
];

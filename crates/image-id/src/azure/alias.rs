//! Short names of marketplace images.

use super::AzureUrn;

/// A short name that the Azure command line gives to a URN; it is read in any case.
///
/// The list changes between releases, so an alias is expanded where it enters: the canonical text is
/// the URN.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AzureAlias {
    name: &'static str,
    urn: &'static str,
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
            .find(|alias| alias.name.eq_ignore_ascii_case(name))
    }

    /// The name in the list's case.
    pub const fn name(self) -> &'static str {
        self.name
    }

    /// What it stands for; the URN remembers the alias.
    pub fn urn(self) -> AzureUrn {
        AzureUrn::of_alias(self, self.urn)
    }
}

/// Which list the aliases are from.
pub const ALIAS_LIST: &str = "azure-cli 2.91.0";

const fn alias(name: &'static str, urn: &'static str) -> AzureAlias {
    AzureAlias { name, urn }
}

const ALIASES: &[AzureAlias] = &[
    alias("AzureLinux4", "microsoftazurelinux:azurelinux-4:4:latest"),
    alias(
        "AzureLinux4Arm64",
        "microsoftazurelinux:azurelinux-4:4-arm64:latest",
    ),
    alias(
        "AzureLinux4Gen1",
        "microsoftazurelinux:azurelinux-4:4-gen1:latest",
    ),
    alias("CentOS85Gen2", "OpenLogic:CentOS:8_5-gen2:latest"),
    alias("Debian11", "Debian:debian-11:11-backports-gen2:latest"),
    alias(
        "FlatcarLinuxFreeGen2",
        "kinvolk:flatcar-container-linux-free:stable-gen2:latest",
    ),
    alias("OpenSuseLeap154Gen2", "SUSE:openSUSE-leap-15-4:gen2:latest"),
    alias("RHELRaw8LVMGen2", "RedHat:RHEL:8-lvm-gen2:latest"),
    alias("SuseSles15SP3", "SUSE:sles-15-sp3:gen2:latest"),
    alias(
        "Ubuntu2204",
        "Canonical:0001-com-ubuntu-server-jammy:22_04-lts-gen2:latest",
    ),
    alias(
        "Win2022Datacenter",
        "MicrosoftWindowsServer:WindowsServer:2022-datacenter-g2:latest",
    ),
    alias(
        "Win2022AzureEditionCore",
        "MicrosoftWindowsServer:WindowsServer:2022-datacenter-azure-edition-core:latest",
    ),
    alias(
        "Win2019Datacenter",
        "MicrosoftWindowsServer:WindowsServer:2019-datacenter-gensecond:latest",
    ),
    alias(
        "Win2016Datacenter",
        "MicrosoftWindowsServer:WindowsServer:2016-datacenter-gensecond:latest",
    ),
    alias(
        "Win2012R2Datacenter",
        "MicrosoftWindowsServer:WindowsServer:2012-R2-Datacenter:latest",
    ),
    alias(
        "Win2012Datacenter",
        "MicrosoftWindowsServer:WindowsServer:2012-Datacenter:latest",
    ),
];

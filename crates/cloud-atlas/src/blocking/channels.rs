//! Channels and releases, of either kind of lineage.

use super::{Session, calls};
use crate::{ChannelList, ChannelView, Error, LineageKind, Page, Paging, Released};
use atlas_history::RevisionNumber;
use atlas_scope::Scope;
use atlas_template::{Channel, ChannelName, Reference};
use semver::Version;

calls! {
    impl Session {
        fn assign_channel(
            &self,
            name: &ChannelName,
            kind: LineageKind,
            reference: &Reference,
            from: &Scope,
        ) -> Result<Channel, Error>;
        fn channels(
            &self,
            kind: LineageKind,
            reference: &Reference,
            from: &Scope,
            paging: &Paging,
        ) -> Result<ChannelList, Error>;
        fn channel(
            &self,
            name: &ChannelName,
            kind: LineageKind,
            reference: &Reference,
            from: &Scope,
        ) -> Result<ChannelView, Error>;
        fn roll_back_channel(
            &self,
            name: &ChannelName,
            kind: LineageKind,
            reference: &Reference,
            from: &Scope,
        ) -> Result<Channel, Error>;
        fn restrict_channel(
            &self,
            name: &ChannelName,
            kind: LineageKind,
            reference: &Reference,
            from: &Scope,
        ) -> Result<ChannelView, Error>;
        fn open_channel(
            &self,
            name: &ChannelName,
            kind: LineageKind,
            reference: &Reference,
            from: &Scope,
        ) -> Result<ChannelView, Error>;
        fn delete_channel(
            &self,
            name: &ChannelName,
            kind: LineageKind,
            reference: &Reference,
            from: &Scope,
        ) -> Result<Channel, Error>;
        fn release(
            &self,
            kind: LineageKind,
            reference: &Reference,
            from: &Scope,
            version: &Version,
        ) -> Result<RevisionNumber, Error>;
        fn releases(
            &self,
            kind: LineageKind,
            reference: &Reference,
            from: &Scope,
            paging: &Paging,
        ) -> Result<Page<Released>, Error>;
    }
}

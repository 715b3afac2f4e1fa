//! Deployments, and servers with their launches.

use super::{Session, calls};
use crate::{
    AddServer, DeploymentView, Error, MakeDeployment, Page, Paging, Reinherited, ReportLaunch,
    ServerNext, ServerOffer, ServerQuery, ServerRef, ServerView,
};
use atlas_base::Name;
use atlas_image::NetworkName;
use atlas_image_id::CloudLocation;
use atlas_scope::Scope;
use atlas_template::{
    LaunchReport, Reference, Selector, ServerChanges, ServerEdit, TimesComparison,
};

calls! {
    impl Session {
        fn make_deployment(&self, request: MakeDeployment) -> Result<DeploymentView, Error>;
        fn deployments(&self, from: &Scope, paging: &Paging) -> Result<Page<DeploymentView>, Error>;
        fn deployment(&self, name: &Name, from: &Scope) -> Result<DeploymentView, Error>;
        fn share_deployment(&self, name: &Name, from: &Scope) -> Result<DeploymentView, Error>;
        fn unshare_deployment(&self, name: &Name, from: &Scope)
            -> Result<DeploymentView, Error>;
        fn rename_deployment(
            &self,
            name: &Name,
            from: &Scope,
            to: &Name,
        ) -> Result<DeploymentView, Error>;
        fn delete_deployment(&self, name: &Name, from: &Scope) -> Result<(), Error>;
        fn add_server(&self, request: AddServer) -> Result<ServerView, Error>;
        fn servers(&self, query: &ServerQuery, paging: &Paging) -> Result<Page<ServerView>, Error>;
        fn server(&self, server: &ServerRef, from: &Scope) -> Result<ServerView, Error>;
        fn edit_server(
            &self,
            server: &ServerRef,
            from: &Scope,
            edits: Vec<ServerEdit>,
        ) -> Result<ServerView, Error>;
        fn remove_server(&self, server: &ServerRef, from: &Scope) -> Result<(), Error>;
        fn server_offers(
            &self,
            location: &CloudLocation,
            from: &Scope,
            paging: &Paging,
        ) -> Result<Page<ServerOffer>, Error>;
        fn server_next(&self, server: &ServerRef, from: &Scope) -> Result<ServerNext, Error>;
        fn reinherit_preview(
            &self,
            server: &ServerRef,
            from: &Scope,
            to: Option<&Selector>,
        ) -> Result<ServerChanges, Error>;
        fn reinherit_server(
            &self,
            server: &ServerRef,
            from: &Scope,
            to: Option<&Selector>,
        ) -> Result<Reinherited, Error>;
        fn server_networks(
            &self,
            location: &CloudLocation,
            from: &Scope,
        ) -> Result<Option<Vec<NetworkName>>, Error>;
        fn report_launch(&self, report: ReportLaunch) -> Result<LaunchReport, Error>;
        fn launches(
            &self,
            server: &ServerRef,
            from: &Scope,
            paging: &Paging,
        ) -> Result<Page<LaunchReport>, Error>;
        fn template_times(
            &self,
            first: &Reference,
            second: &Reference,
            from: &Scope,
        ) -> Result<TimesComparison, Error>;
    }
}

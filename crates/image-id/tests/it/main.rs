//! What `atlas-image-id` promises, proved from outside.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "helpers of tests stop at the first surprise"
)]

mod alibaba_ids;
mod allocations;
mod aws_ids;
mod azure_ids;
mod azure_refusals;
mod clouds;
mod corpus;
mod detecting;
mod gcp_ids;
mod grammar;
mod ibm_ids;
mod ids;
mod laws;
mod locations;
mod messages;
mod mutations;
mod numbered_ids;
mod oci_ids;
mod oracle_ids;
mod proxmox_ids;
mod readme;
mod secrets;
mod seeds;
mod tencent_ids;
mod texts;
mod uuid_ids;
mod vmware_ids;

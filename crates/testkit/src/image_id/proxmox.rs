//! Ids of proxmox.

use super::text;
use proptest::{prelude::*, strategy::Union};

pub(super) fn ids() -> BoxedStrategy<String> {
    let vmid = "[1-9][0-9]{2,8}";
    let tail = format!("-{vmid}-disk-(0|[1-9][0-9]{{0,8}})(\\.(raw|qcow2|vmdk|subvol))?");
    let disk = format!("(vm|base|subvol|basevol){tail}");
    let file = "[!-\\-0-~][ -.0-~]{0,12}";
    let safe = "[A-Za-z0-9+=_-][ A-Za-z0-9.+=_-]{0,12}";
    let volumes = [
        format!("iso/{file}\\.([iI][sS][oO]|[iI][mM][gG])"),
        format!("vztmpl/{file}\\.[tT][aA][rR](\\.(gz|xz|ZST|bz2))?"),
        format!("import/{safe}\\.(ova|ovf|qcow2|raw|vmdk)"),
        format!("import/{safe}\\.ova/{safe}\\.(qcow2|raw|vmdk)"),
        "snippets/[!-\\-0-~]([ -.0-~]{0,12}[!-.0-~])?".to_owned(),
        format!("({vmid}/{disk}/)?{vmid}/{disk}"),
        format!("(base(vol)?{tail}/)?{disk}"),
    ];
    let storage = "[A-Za-z][A-Za-z0-9._-]{0,8}[A-Za-z0-9]";
    let volume = |volume: String| text(&format!("{storage}:{volume}"));
    Union::new(volumes.map(volume).into_iter().chain([text(vmid)])).boxed()
}

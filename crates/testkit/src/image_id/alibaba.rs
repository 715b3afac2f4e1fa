//! Ids of alibaba.

use super::text;
use proptest::{prelude::*, strategy::Union};

pub(super) fn ids() -> BoxedStrategy<String> {
    let date = "(20[0-9]{2}(0[1-9]|1[0-2])|201701[0-2])(0[1-9]|[12][0-9]|3[01])";
    let name = "[A-Za-z0-9]([A-Za-z0-9_-]{0,30}[A-Za-z0-9])?";
    Union::new([
        text("m-([a-z0-9]{9}|[a-z0-9]{20})"),
        text(&format!(
            "{name}_(alibase|aliaegis|alibaba|base|cloudinit)_{date}\\.vhd"
        )),
        text(&format!("{name}_cloudinit_{date}\\.raw")),
    ])
    .boxed()
}

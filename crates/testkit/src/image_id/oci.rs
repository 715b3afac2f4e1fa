//! Ids of oci.

use super::text;
use proptest::{prelude::*, strategy::Union};

pub(super) fn ids() -> BoxedStrategy<String> {
    let label = "[A-Za-z0-9]([A-Za-z0-9-]{0,6}[A-Za-z0-9])?";
    let digits = "(:[0-9]{1,5})";
    let host = format!(
        "({label}(\\.{label}){{1,3}}{digits}?|{label}{digits}|(localhost|LocalHost){digits}?|(index\\.)?docker\\.io|DOCKER\\.IO|\\[[0-9a-fA-F]{{0,4}}:[0-9a-fA-F:]{{0,8}}\\]{digits}?)"
    );
    let part = "[a-z0-9]{1,5}(([._]|__|-{1,3})[a-z0-9]{1,5}){0,2}";
    let undotted = "[a-z0-9]{1,5}((_|__|-{1,3})[a-z0-9]{1,5}){0,2}";
    let tag = "(:[A-Za-z0-9_][A-Za-z0-9_.-]{0,12})?";
    let hex = "[0-9a-f]";
    let digest = format!(
        "(@((sha256|blake3):{hex}{{64}}|sha384:{hex}{{96}}|sha512:{hex}{{128}}|(md5|sha1[+._-]x):{hex}{{32,40}}))?"
    );
    Union::new([
        text(&format!("{host}/{part}(/{part}){{0,2}}{tag}{digest}")),
        text(&format!("{undotted}(/{part}){{1,2}}{tag}{digest}")),
        text(&format!("{part}{tag}{digest}")),
        text(&format!(
            "(docker\\.io/)?library/({hex}{{64}}|{part}(:latest)?)"
        )),
    ])
    .boxed()
}

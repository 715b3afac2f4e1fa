//! Ids of ibm.

use super::text;
use proptest::{prelude::*, strategy::Union};

pub(super) fn ids() -> BoxedStrategy<String> {
    let id = "r[0-9]{3}-[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}";
    let region = "[a-z]{2}(-[a-z][a-z0-9]{0,8}){1,2}";
    Union::new([
        text(id),
        text(&format!(
            "crn:v1:[a-z0-9]{{1,12}}:public:is:{region}:a/[0-9a-f]{{32}}::image:{id}"
        )),
        text(&format!(
            "https://{region}(\\.private)?\\.iaas\\.cloud\\.ibm\\.com/v1/images/{id}"
        )),
    ])
    .boxed()
}

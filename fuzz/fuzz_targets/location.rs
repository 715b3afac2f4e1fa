//! Cloud locations: display then parse, parts then new, and the climb of `widen` ends.
#![no_main]

use atlas_image_id::CloudLocation;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    match CloudLocation::parse(text) {
        Ok(location) => check(&location),
        Err(error) => assert!(
            text.is_char_boundary(error.at()),
            "{} in {text:?}",
            error.at()
        ),
    }
    if let Ok(completed) = CloudLocation::parse_completing(text) {
        check(&completed.location);
    }
});

fn check(location: &CloudLocation) {
    assert_eq!(
        CloudLocation::parse(location.as_str()).as_ref(),
        Ok(location)
    );
    let (installation, region) = (location.installation(), location.region());
    let resource = location.compute_resource();
    let built = CloudLocation::new(location.cloud(), installation, region, resource);
    assert_eq!(built.as_ref(), Ok(location));
    let mut above = location.clone();
    while let Some(wider) = above.widen() {
        assert!(
            wider.contains(&above) && !above.contains(&wider),
            "{wider} {above}"
        );
        assert_eq!(CloudLocation::parse(wider.as_str()).as_ref(), Ok(&wider));
        above = wider;
    }
}

//! Lock files, which people mail to one another.
#![no_main]

use atlas_template::AnyLock;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Ok(lock) = AnyLock::parse(text) {
        let written = lock.to_text().expect("what was read can be written");
        assert_eq!(AnyLock::parse(&written).as_ref(), Ok(&lock));
        for location in lock.locations() {
            assert!(lock.resolve(location).is_some());
        }
    }
});

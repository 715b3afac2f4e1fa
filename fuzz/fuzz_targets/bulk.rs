//! Files of many images, as JSON lines and as CSV.
#![no_main]

use atlas_image::{BulkFormat, BulkLimits, BulkReader};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let mut limits = BulkLimits::default();
    limits.line_bytes = 300;
    limits.images = 20;
    let scope = "/acme".parse().expect("this is a scope");
    let ends = bytes.split(|byte| *byte == b'\n').count() as u64;
    let _ = BulkFormat::detect(bytes);
    for format in [BulkFormat::Csv, BulkFormat::JsonLines] {
        let scope = atlas_scope::Scope::clone(&scope);
        let Ok(reader) = BulkReader::new(bytes, format, scope, limits) else {
            continue;
        };
        let (mut last, mut count) = (0, 0);
        for line in reader {
            assert!(last < line.number && line.number <= ends, "{bytes:?}");
            (last, count) = (line.number, count + 1);
            if let Err(error) = line.read {
                let said = error.to_string();
                assert!(!said.is_empty() && !said.contains('\n'), "{said:?}");
            }
        }
        assert!(count <= limits.images + 1);
    }
});

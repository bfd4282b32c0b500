#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| polecat_fuzz::settings::check(bytes));

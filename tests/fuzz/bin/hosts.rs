#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| polecat_fuzz::hosts::check(bytes));

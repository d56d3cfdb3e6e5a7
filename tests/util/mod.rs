//! What several test files need. Each of them compiles this folder anew and uses a part of it.
#![allow(dead_code, unreachable_pub, unused_imports)]

pub mod ca;
pub mod compression;
pub mod crl;
pub mod der;
pub mod kv;
#[path = "../../fuzz/src/null.rs"]
pub mod null;
pub mod ocsp;
pub mod openssl;
pub mod pair;
pub mod pki;
pub mod plain;
pub mod provider;
pub mod samples;
pub mod tickets;
pub mod wrong;

//! The other test files once more, with the provider `RustCrypto`.
#![cfg(all(feature = "ring", feature = "rustcrypto", feature = "std"))]

mod once_more;

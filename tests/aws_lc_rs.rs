//! The other test files once more, with the provider `AwsLcRs`.
#![cfg(all(feature = "aws-lc-rs", feature = "ring", feature = "std"))]

mod once_more;

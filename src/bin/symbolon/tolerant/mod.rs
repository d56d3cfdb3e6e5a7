//! Certificates read more tolerantly than the library does, for the commands that explain what is wrong with them.

pub(crate) mod certificate;
pub(crate) mod name;
pub(crate) mod signature;

//! Private keys from files.
use super::LoadError;
use alloc::vec::Vec;
use core::fmt;
use zeroize::Zeroizing;

/// A private key in one of the forms that signers read.
#[non_exhaustive]
pub enum PrivateKeyDer {
    /// PKCS#8 (RFC 5958).
    Pkcs8(Zeroizing<Vec<u8>>),
    /// RSAPrivateKey (RFC 8017).
    Pkcs1(Zeroizing<Vec<u8>>),
}

impl fmt::Debug for PrivateKeyDer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Pkcs8(_) => "Pkcs8(..)",
            Self::Pkcs1(_) => "Pkcs1(..)",
        })
    }
}

/// The private key of a PEM file.
///
/// # Errors
/// [`LoadError`]
pub fn private_key_from_pem(_text: &[u8]) -> Result<PrivateKeyDer, LoadError> {
    todo!()
}

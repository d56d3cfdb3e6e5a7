//! The algorithms of the runner, which compress nothing: one takes two bytes away, one puts four ahead, one a random byte.

use std::sync::Arc;
use symbolon::config::{CertificateCompression, CompressionError};
use symbolon::crypto::{Crypto, Ring};
use symbolon::wire::CertificateCompressionAlgorithm;

/// Their code points, preferred first.
#[derive(Clone, Copy, Debug)]
#[repr(u16)]
enum Algorithm {
    Expanding = 0xff02,
    Shrinking = 0xff01,
    Random = 0xff03,
}

const EXPANDING_PREFIX: &[u8] = &[1, 2, 3, 4];
/// What every Certificate message of a server begins with.
const SHRINKING_PREFIX: &[u8] = &[0, 0];

/// All of them, or the one that has this code point.
pub(crate) fn algorithms(only: Option<u16>) -> Vec<Arc<dyn CertificateCompression>> {
    let all = [Algorithm::Expanding, Algorithm::Shrinking, Algorithm::Random];
    let wanted = all.into_iter().filter(|algorithm| only.is_none_or(|only| only == *algorithm as u16));
    wanted.map(|algorithm| Arc::new(algorithm) as Arc<dyn CertificateCompression>).collect()
}

impl CertificateCompression for Algorithm {
    fn algorithm(&self) -> CertificateCompressionAlgorithm {
        CertificateCompressionAlgorithm(*self as u16)
    }

    fn compress(&self, certificate: &[u8]) -> Option<Vec<u8>> {
        match self {
            Self::Expanding => Some([EXPANDING_PREFIX, certificate].concat()),
            Self::Shrinking => certificate.strip_prefix(SHRINKING_PREFIX).map(<[u8]>::to_vec),
            Self::Random => {
                let mut random = [0];
                Ring::new().random(&mut random).ok()?;
                Some([&random, certificate].concat())
            }
        }
    }

    fn decompress(&self, compressed: &[u8], out: &mut [u8]) -> Result<(), CompressionError> {
        let expanded = match self {
            Self::Expanding => compressed.strip_prefix(EXPANDING_PREFIX).map(<[u8]>::to_vec),
            Self::Shrinking => Some([SHRINKING_PREFIX, compressed].concat()),
            Self::Random => compressed.get(1..).map(<[u8]>::to_vec),
        };
        let expanded = expanded.filter(|expanded| expanded.len() == out.len()).ok_or(CompressionError)?;
        out.copy_from_slice(&expanded);
        Ok(())
    }
}

//! Key shares of the groups of ML-KEM, by the provider that has real ones.

use symbolon::crypto::{Crypto, CryptoError, Random, Ring, ShareError};
use symbolon::wire::NamedGroup;

/// A group, the bytes of the client's share and of the server's, and where in them ML-KEM begins.
struct Group {
    name: NamedGroup,
    lens: [usize; 2],
    mlkem_at: usize,
    ecdh_len: usize,
}

const GROUPS: [Group; 3] = [
    Group { name: NamedGroup::X25519MLKEM768, lens: [1216, 1120], mlkem_at: 0, ecdh_len: 32 },
    Group { name: NamedGroup::SecP256r1MLKEM768, lens: [1249, 1153], mlkem_at: 65, ecdh_len: 65 },
    Group { name: NamedGroup::MLKEM1024, lens: [1568, 1568], mlkem_at: 0, ecdh_len: 0 },
];

struct Constant;

impl Random for Constant {
    fn fill(&self, out: &mut [u8]) -> Result<(), CryptoError> {
        out.fill(7);
        Ok(())
    }
}

/// The prime of FIPS 203.
const Q: u16 = 3329;

impl Group {
    /// FIPS 203 §7.2: every coefficient, of twelve bits each and all but the last 32 bytes, is below q.
    fn is_reduced(&self, share: &[u8]) -> bool {
        let key = &share[self.mlkem_at..][..share.len() - self.ecdh_len];
        let pairs = key[..key.len() - 32].chunks_exact(3);
        pairs
            .map(|b| [u16::from(b[0]) | u16::from(b[1] & 15) << 8, u16::from(b[1] >> 4) | u16::from(b[2]) << 4])
            .all(|pair| pair.iter().all(|coefficient| *coefficient < Q))
    }

    /// What the server says to a client's share.
    fn encap(&self, crypto: &Ring, share: &[u8]) -> Result<(), ShareError> {
        let (answer, _) = crypto.kx_encap(self.name, share)?;
        let mut room = [0; 1568];
        assert_eq!(crypto.kx_share(&answer, &mut room), Ok(self.lens[1]));
        Ok(())
    }

    /// What the client says to a server's share.
    fn decap(&self, crypto: &Ring, share: &[u8]) -> Result<(), ShareError> {
        let key = crypto.kx_generate(self.name).expect("there is randomness");
        crypto.kx_decap(key, share).map(drop)
    }
}

/// The lowest bits of the first byte select the group and the side that looks at the share, which is the rest; unless the next bit
/// is set, it is cut or filled up to its length.
pub fn hybrid_share(bytes: &[u8]) {
    let Some((first, share)) = bytes.split_first() else { return };
    let (group, side) = (&GROUPS[usize::from(first & 3) % 3], usize::from(first >> 2 & 1));
    let (mut share, len) = (share.to_vec(), group.lens[side]);
    if first & 8 == 0 {
        share.resize(len, 1);
    }
    let crypto = Ring::with_random(Constant);
    let judged = || if side == 0 { group.encap(&crypto, &share) } else { group.decap(&crypto, &share) };
    let found = judged();
    assert_eq!(found, judged());
    if share.len() != len {
        assert_eq!(found, Err(ShareError::Share));
    } else if side == 0 {
        assert_eq!(found == Err(ShareError::MlKem), !group.is_reduced(&share));
        assert!(found != Err(ShareError::Share) && (group.ecdh_len > 0 || found != Err(ShareError::Ecdh)));
    } else {
        // Any ciphertext leads to a secret, if not to the server's.
        assert!(found.is_ok() || group.ecdh_len > 0 && found == Err(ShareError::Ecdh), "{found:?}");
    }
}

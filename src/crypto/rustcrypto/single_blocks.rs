//! A block cipher that encrypts one block at a time.

use aes_gcm::KeySizeUser;
use aes_gcm::aead::{Key, KeyInit};
use aes_gcm::aes::cipher::consts::{U1, U16};
use aes_gcm::aes::cipher::{
    Block, BlockCipherEncBackend, BlockCipherEncClosure, BlockCipherEncrypt, BlockSizeUser, InOut, ParBlocksSizeUser,
};

/// The cipher `A` without its code for several blocks at once, which is 5 KB of text and 1 KB of stack on a Cortex-M4.
pub(super) struct SingleBlocks<A>(A);

impl<A: KeySizeUser> KeySizeUser for SingleBlocks<A> {
    type KeySize = A::KeySize;
}

impl<A: KeyInit> KeyInit for SingleBlocks<A> {
    fn new(key: &Key<Self>) -> Self {
        Self(A::new(key))
    }
}

impl<A> BlockSizeUser for SingleBlocks<A> {
    type BlockSize = U16;
}

impl<A> ParBlocksSizeUser for SingleBlocks<A> {
    type ParBlocksSize = U1;
}

impl<A: BlockCipherEncrypt<BlockSize = U16>> BlockCipherEncrypt for SingleBlocks<A> {
    fn encrypt_with_backend(&self, f: impl BlockCipherEncClosure<BlockSize = U16>) {
        f.call(self);
    }
}

impl<A: BlockCipherEncrypt<BlockSize = U16>> BlockCipherEncBackend for SingleBlocks<A> {
    fn encrypt_block(&self, block: InOut<'_, '_, Block<Self>>) {
        self.0.encrypt_block_inout(block);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use aes_gcm::AesGcm;
    use aes_gcm::aead::AeadInOut;
    use aes_gcm::aes::cipher::consts::U12;
    use aes_gcm::aes::{Aes128, Aes256};

    /// What becomes of 256 bytes of which the first `len` are sealed, and the tag.
    fn sealed<A: AeadInOut + KeyInit>(key: &[u8], len: usize) -> ([u8; 256], Block<Aes128>) {
        let mut bytes = core::array::from_fn(|at| at as u8);
        let aead = A::new_from_slice(key).unwrap();
        let (nonce, text) = ([7; 12], &mut bytes[..len]);
        let tag = aead.encrypt_inout_detached(nonce[..].try_into().unwrap(), b"header", text.into()).unwrap();
        (bytes, tag[..].try_into().unwrap())
    }

    #[test]
    fn gcm_over_single_blocks_is_gcm() {
        for len in [0, 1, 15, 16, 17, 63, 64, 65, 256] {
            let single = sealed::<AesGcm<SingleBlocks<Aes128>, U12>>(&[1; 16], len);
            assert_eq!(single, sealed::<AesGcm<Aes128, U12>>(&[1; 16], len), "{len} bytes");
            let single = sealed::<AesGcm<SingleBlocks<Aes256>, U12>>(&[2; 32], len);
            assert_eq!(single, sealed::<AesGcm<Aes256, U12>>(&[2; 32], len), "{len} bytes");
        }
    }
}

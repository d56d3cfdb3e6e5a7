//! RSASSA-PSS-VERIFY with SHA-256 and a salt of 32 bytes (RFC 8017 §8.1.2), for keys of any size: `ring` has none below 2048 bits.

use der::{Decode, Reader, SliceReader, asn1::UintRef};
use num_bigint::BigUint;
use ring::digest;

const HASH_LEN: usize = 32;

/// `key` is an `RSAPublicKey`.
pub fn verifies(key: &[u8], message: &[u8], signature: &[u8]) -> bool {
    let Some(modulus_and_exponent) = parse(key) else { return false };
    let (n, e) = modulus_and_exponent;
    let bits = usize::try_from(n.bits()).unwrap() - 1;
    let s = BigUint::from_bytes_be(signature);
    if signature.len() != bits.div_ceil(8) || s >= n {
        return false;
    }
    let m = s.modpow(&e, &n).to_bytes_be();
    let mut encoded = vec![0; bits.div_ceil(8) - m.len()];
    encoded.extend(m);
    is_encoded(&encoded, bits, &sha256(&[message]))
}

fn parse(key: &[u8]) -> Option<(BigUint, BigUint)> {
    let mut reader = SliceReader::new(key).ok()?;
    let integers = |r: &mut SliceReader<'_>| {
        let integer = |r: &mut _| Ok::<_, der::Error>(BigUint::from_bytes_be(UintRef::decode(r)?.as_bytes()));
        Ok::<_, der::Error>((integer(r)?, integer(r)?))
    };
    reader.sequence(integers).ok()
}

/// EMSA-PSS-VERIFY (RFC 8017 §9.1.2).
fn is_encoded(encoded: &[u8], bits: usize, message_hash: &[u8]) -> bool {
    let Some((&0xbc, rest)) = encoded.split_last() else { return false };
    let Some((masked, hash)) = rest.split_at_checked(rest.len().saturating_sub(HASH_LEN)) else { return false };
    let top = 0xff >> (8 * encoded.len() - bits);
    if masked.first().is_none_or(|first| first & !top != 0) {
        return false;
    }
    let mut block: Vec<u8> = masked.iter().zip(mask(hash, masked.len())).map(|(byte, mask)| byte ^ mask).collect();
    block[0] &= top;
    let Some((padding, salt)) = block.split_at_checked(block.len().saturating_sub(HASH_LEN)) else { return false };
    let Some((1, zeros)) = padding.split_last() else { return false };
    zeros.iter().all(|byte| *byte == 0) && sha256(&[&[0; 8], message_hash, salt]) == hash
}

/// MGF1 (RFC 8017 B.2.1).
fn mask(seed: &[u8], len: usize) -> Vec<u8> {
    (0_u32..).flat_map(|counter| sha256(&[seed, &counter.to_be_bytes()])).take(len).collect()
}

fn sha256(parts: &[&[u8]]) -> Vec<u8> {
    digest::digest(&digest::SHA256, &parts.concat()).as_ref().to_vec()
}

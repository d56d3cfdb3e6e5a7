//! Exporters (RFC 8446 §7.5): keys for others than TLS, from a secret of the schedule.

use super::early::empty_hash;
use crate::crypto::{Crypto, Hash, HashAlgorithm, Hkdf, Secret};

/// TLS-Exporter over `secret`: the exporter_master_secret, or the early_exporter_master_secret. Of `out` no more than 255
/// blocks of the hash are filled; the label has at most 249 bytes.
pub(crate) fn export<C: Crypto>(
    crypto: &C,
    hash: HashAlgorithm,
    secret: &Secret,
    label: &str,
    context: &[u8],
    out: &mut [u8],
) {
    let hkdf = Hkdf::new(crypto, hash);
    // [7.5-1]
    let of_label = hkdf.derive_secret(secret, label, empty_hash(hash));
    let mut of_context = crypto.hash(hash);
    of_context.update(context);
    // [7.5-2]
    hkdf.from(&of_label).expand_label_in_blocks("exporter", of_context.finish().as_ref(), out);
}

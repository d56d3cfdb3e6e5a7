use super::*;
use crate::crypto::Ring;

fn room_for(signatures: usize) -> GoodSignatures {
    GoodSignatures::new(&Ring::new(), signatures).unwrap()
}

fn fingerprint_of(good: &GoodSignatures, n: u32) -> [u8; 32] {
    good.fingerprint(&Ring::new(), b"key", &n.to_be_bytes()).unwrap()
}

#[test]
fn a_fingerprint_is_of_one_key_one_certificate_and_one_secret() {
    let (crypto, good) = (Ring::new(), room_for(8));
    let of = |spki: &[u8], certificate: &[u8]| good.fingerprint(&crypto, spki, certificate).unwrap();
    assert_eq!(of(b"key", b"certificate"), of(b"key", b"certificate"));
    assert_ne!(of(b"keyc", b"ertificate"), of(b"key", b"certificate"));
    assert_ne!(of(b"certificate", b"key"), of(b"key", b"certificate"));
    assert_ne!(fingerprint_of(&good, 1), fingerprint_of(&room_for(8), 1));
}

#[test]
fn the_room_is_what_was_asked_for_however_much_is_put_there() {
    let good = room_for(61);
    for n in 0..10_000 {
        good.remember(&[fingerprint_of(&good, n)]);
        assert!(good.has(&fingerprint_of(&good, n)));
    }
    assert_eq!((good.len(), good.capacity()), (64, 64));
    let left = (0..10_000).filter(|n| good.has(&fingerprint_of(&good, *n))).count();
    assert_eq!(left, 64);
}

#[test]
fn half_of_one_and_half_of_another_is_neither() {
    let good = room_for(4);
    let [a, b] = [1, 2].map(|n| fingerprint_of(&good, n));
    good.remember(&[a]);
    let entry = good.entries().find(|entry| !is_free(entry)).unwrap();
    entry.iter().zip(words(&b)).skip(4).for_each(|(to, word)| to.store(word, Relaxed));
    assert!(!good.has(&a) && !good.has(&b));
}

#[test]
fn many_threads_find_what_was_remembered_and_nothing_else() {
    let good = room_for(8);
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let good = &good;
            scope.spawn(move || {
                for n in 0..2000 {
                    good.remember(&[fingerprint_of(good, n * 4 + thread)]);
                    assert!(!good.has(&fingerprint_of(good, u32::MAX - n)));
                }
            });
        }
    });
    assert_eq!(good.len(), 8);
}

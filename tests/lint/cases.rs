//! The chains that every stack judges.

use crate::certificates::*;
use crate::deviations::{DEVIATIONS, ROLES};
use crate::keys::{Algorithm, Key, Keys};
use crate::world::{Case, World, as_it_should_be, upwards};

/// Where the pairs of deviations come from.
const SEED: u64 = 20_261_121;
/// How many there are.
const PAIRS: usize = 120;

pub fn all(now: i64, keys: &Keys) -> Vec<Case> {
    let mut worlds = alone();
    worlds.extend(clients());
    worlds.extend(pairs());
    worlds.extend(crate::names::hosts());
    worlds.extend(crate::names::constraints());
    worlds.extend(arrangements());
    worlds.extend(algorithms());
    worlds.iter().map(|(name, world)| world.case(name, now, keys)).collect()
}

pub type Named = (String, World);

/// Every deviation in every role.
fn alone() -> Vec<Named> {
    let mut worlds = vec![("as it should be".to_owned(), World::new(1))];
    for (role, of) in ROLES {
        for (what, change) in DEVIATIONS {
            let mut world = World::new(1);
            change(of(&mut world));
            worlds.push((format!("{role}: {what}"), world));
        }
    }
    worlds
}

/// Some of them at clients.
fn clients() -> Vec<Named> {
    let about = ["erver", "lient", "any", "key", "CA", "subject", "version 1", "expired", "RSA"];
    let every = alone().into_iter().filter(|(name, _)| about.iter().any(|about| name.contains(about)));
    let every = every.enumerate().filter(|(n, _)| n % 3 == 0);
    every.map(|(_, (name, world))| (format!("client, {name}"), World { client: true, ..world })).collect()
}

/// Two deviations at once, drawn from a seed, under one or two intermediates.
fn pairs() -> Vec<Named> {
    let mut state = SEED;
    let mut draw = |below: usize| {
        // Knuth's MMIX generator; the high bits are the good ones.
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).unwrap() % below
    };
    let mut pair = |_| {
        let mut world = World::new(1 + draw(2));
        let mut name = format!("{} intermediates", world.intermediates.len());
        for _ in 0..2 {
            let ((role, of), (what, change)) = (ROLES[draw(ROLES.len())], DEVIATIONS[draw(DEVIATIONS.len())]);
            change(of(&mut world));
            name += &format!("; {role}: {what}");
        }
        (name, world)
    };
    (0..PAIRS).map(&mut pair).collect()
}

fn named(name: &str, depth: usize, change: impl FnOnce(&mut World)) -> Named {
    let mut world = World::new(depth);
    change(&mut world);
    (name.to_owned(), world)
}

/// What is sent and trusted in other ways than it should be.
fn arrangements() -> Vec<Named> {
    let mut worlds = vec![
        named("under the root", 0, |_| ()),
        named("two intermediates", 2, |_| ()),
        named("three intermediates", 3, |_| ()),
        named("root sent as well", 1, |world| {
            world.arrange = |it| ([upwards(it), vec![it.root.clone()]].concat(), vec![it.root.clone()]);
        }),
        named("intermediate missing", 1, |world| {
            world.arrange = |it| (vec![it.leaf.clone()], vec![it.root.clone()]);
        }),
        named("upper intermediate missing", 2, |world| {
            world.arrange = |it| (vec![it.leaf.clone(), it.intermediates[1].clone()], vec![it.root.clone()]);
        }),
        named("out of order", 2, |world| {
            world.arrange = |it| ([vec![it.leaf.clone()], it.intermediates.clone()].concat(), vec![it.root.clone()]);
        }),
        named("leaf last", 1, |world| {
            world.arrange = |it| (upwards(it).into_iter().rev().collect(), vec![it.root.clone()]);
        }),
        named("intermediate twice", 1, |world| {
            world.arrange = |it| ([upwards(it), it.intermediates.clone()].concat(), vec![it.root.clone()]);
        }),
        named("leaf twice", 1, |world| {
            world.arrange = |it| ([upwards(it), vec![it.leaf.clone()]].concat(), vec![it.root.clone()]);
        }),
        named("intermediate trusted, root not", 1, |world| {
            world.arrange = |it| (vec![it.leaf.clone()], it.intermediates.clone());
        }),
        named("intermediate sent and trusted, root not", 1, |world| {
            world.arrange = |it| (upwards(it), it.intermediates.clone());
        }),
        named("intermediate and root trusted", 1, |world| {
            world.arrange =
                |it| (vec![it.leaf.clone()], [&it.intermediates[..], std::slice::from_ref(&it.root)].concat());
        }),
        named("leaf trusted", 1, |world| world.arrange = |it| (vec![it.leaf.clone()], vec![it.leaf.clone()])),
        named("leaf trusted, chain sent", 1, |world| world.arrange = |it| (upwards(it), vec![it.leaf.clone()])),
        named("root as a leaf", 0, |world| world.arrange = |it| (vec![it.root.clone()], vec![it.root.clone()])),
        named("untrusted root sent", 1, |world| {
            world.others = vec![(Certificate::ca("other", Key::Stranger), Certificate::ca("other", Key::Stranger))];
            world.arrange = |it| ([upwards(it), vec![it.root.clone()]].concat(), it.others.clone());
        }),
        named("another root of the same name", 1, |world| {
            world.others = vec![(Certificate::ca("root", Key::Stranger), Certificate::ca("root", Key::Stranger))];
            world.arrange = |it| (upwards(it), it.others.clone());
        }),
        named("two roots of the same name", 1, |world| {
            world.others = vec![(Certificate::ca("root", Key::Stranger), Certificate::ca("root", Key::Stranger))];
            world.arrange = |it| (upwards(it), vec![it.others[0].clone(), it.root.clone()]);
        }),
        named("two roots of the same name, without key identifiers", 1, |world| {
            let mut other = Certificate::ca("root", Key::Stranger);
            other.remove(SUBJECT_KEY_ID);
            world.root.remove(SUBJECT_KEY_ID);
            world.intermediates[0].remove(AUTHORITY_KEY_ID);
            world.others = vec![(other.clone(), other)];
            world.arrange = |it| (upwards(it), vec![it.others[0].clone(), it.root.clone()]);
        }),
        named("cross-signed by an untrusted root", 1, |world| {
            let other = Certificate::ca("other", Key::Stranger);
            world.others = vec![(world.intermediates[0].clone(), other)];
            world.arrange =
                |it| (vec![it.leaf.clone(), it.others[0].clone(), it.intermediates[0].clone()], vec![it.root.clone()]);
        }),
        named("cross-signed by another trusted root, only that sent", 1, |world| {
            let other = Certificate::ca("other", Key::Stranger);
            world.others = vec![(world.intermediates[0].clone(), other.clone()), (other.clone(), other)];
            world.arrange = |it| (vec![it.leaf.clone(), it.others[0].clone()], vec![it.others[1].clone()]);
        }),
        named("new root signed by the old one, both sent, old one trusted", 1, |world| {
            let old = Certificate::ca("old", Key::Stranger);
            world.others = vec![(world.root.clone(), old.clone()), (old.clone(), old)];
            world.arrange = |it| ([upwards(it), vec![it.others[0].clone()]].concat(), vec![it.others[1].clone()]);
        }),
        named("expired intermediate beside the renewed one", 1, |world| {
            let mut expired = world.intermediates[0].clone();
            expired.valid = (-300 * DAY, -DAY);
            world.others = vec![(expired, world.root.clone())];
            world.arrange =
                |it| (vec![it.leaf.clone(), it.others[0].clone(), it.intermediates[0].clone()], vec![it.root.clone()]);
        }),
        named("expired root beside the renewed one", 1, |world| {
            let mut expired = world.root.clone();
            expired.valid = (-300 * DAY, -DAY);
            world.others = vec![(expired, world.root.clone())];
            world.arrange = |it| (upwards(it), vec![it.others[0].clone(), it.root.clone()]);
        }),
        named("a stranger's certificate between", 1, |world| {
            world.others = vec![(Certificate::leaf("stranger.test", Key::Stranger), world.root.clone())];
            world.arrange =
                |it| (vec![it.leaf.clone(), it.others[0].clone(), it.intermediates[0].clone()], vec![it.root.clone()]);
        }),
        named("intermediate of the same name and another key", 1, |world| {
            world.others = vec![(Certificate::ca("intermediate", Key::Stranger), world.root.clone())];
            world.arrange = |it| (vec![it.leaf.clone(), it.others[0].clone()], vec![it.root.clone()]);
        }),
        named("both intermediates of the same name, the wrong one first, without key identifiers", 1, |world| {
            let mut other = Certificate::ca("intermediate", Key::Stranger);
            other.remove(SUBJECT_KEY_ID);
            world.intermediates[0].remove(SUBJECT_KEY_ID);
            world.leaf.remove(AUTHORITY_KEY_ID);
            world.others = vec![(other, world.root.clone())];
            world.arrange =
                |it| (vec![it.leaf.clone(), it.others[0].clone(), it.intermediates[0].clone()], vec![it.root.clone()]);
        }),
        named("pathlen 0 above one intermediate", 1, |world| {
            world.root.set(BASIC_CONSTRAINTS, true, basic_constraints(true, Some(0)));
        }),
        named("pathlen 0 above two", 2, |world| {
            world.intermediates[0].set(BASIC_CONSTRAINTS, true, basic_constraints(true, Some(0)));
        }),
        named("pathlen 1 above two", 2, |world| {
            world.root.set(BASIC_CONSTRAINTS, true, basic_constraints(true, Some(1)));
        }),
        named("pathlen 0 above a self-issued intermediate", 2, |world| {
            world.intermediates[1].subject = world.intermediates[0].subject.clone();
            world.intermediates[0].set(BASIC_CONSTRAINTS, true, basic_constraints(true, Some(0)));
        }),
        named("purposes shrink downwards", 2, |world| {
            world.intermediates[0].set(EXTENDED_KEY_USAGE, false, purposes(&[SERVER_AUTH, CLIENT_AUTH]));
            world.intermediates[1].set(EXTENDED_KEY_USAGE, false, purposes(&[SERVER_AUTH]));
        }),
        named("purposes disagree", 2, |world| {
            world.intermediates[0].set(EXTENDED_KEY_USAGE, false, purposes(&[CLIENT_AUTH]));
            world.intermediates[1].set(EXTENDED_KEY_USAGE, false, purposes(&[SERVER_AUTH]));
        }),
    ];
    worlds.extend(self_signed());
    worlds
}

/// A certificate that issued itself, trusted and not.
fn self_signed() -> Vec<Named> {
    type Change = fn(&mut Certificate);
    let changes: &[(&str, Change)] = &[
        ("", |_| ()),
        (" of a CA", |it| it.set(BASIC_CONSTRAINTS, true, basic_constraints(true, None))),
        (" without basicConstraints", |it| it.remove(BASIC_CONSTRAINTS)),
        (" without extendedKeyUsage", |it| it.remove(EXTENDED_KEY_USAGE)),
        (" with keyCertSign", |it| it.set(KEY_USAGE, true, key_usage(DIGITAL_SIGNATURE | KEY_CERT_SIGN))),
        (" without keyUsage", |it| it.remove(KEY_USAGE)),
        (" without key identifiers", |it| {
            it.remove(AUTHORITY_KEY_ID);
            it.remove(SUBJECT_KEY_ID);
        }),
        (" of version 1", |it| {
            it.version = None;
            it.extensions.clear();
        }),
        (" that has expired", |it| it.valid = (-300 * DAY, -DAY)),
        (" as openssl req makes it", |it| {
            it.set(BASIC_CONSTRAINTS, true, basic_constraints(true, None));
            it.remove(KEY_USAGE);
            it.remove(EXTENDED_KEY_USAGE);
        }),
    ];
    let mut worlds = Vec::new();
    for (what, change) in changes {
        let mut world = World::new(0);
        world.root = Certificate::leaf("server.test", Key::Root);
        change(&mut world.root);
        world.leaf.key = Key::Root;
        let trusted = World { arrange: |it| (vec![it.root.clone()], vec![it.root.clone()]), ..world.clone() };
        worlds.push((format!("self-signed leaf{what}, trusted"), trusted));
        world.others = vec![(Certificate::ca("other", Key::Stranger), Certificate::ca("other", Key::Stranger))];
        let stranger = World { arrange: |it| (vec![it.root.clone()], it.others.clone()), ..world };
        worlds.push((format!("self-signed leaf{what}, not trusted"), stranger));
    }
    worlds
}

/// Signatures that the issuer's kind of key makes, on the certificates below.
fn algorithms() -> Vec<Named> {
    let mut worlds = Vec::new();
    let ways: &[(&str, Key, Algorithm)] = &[
        ("RSA with MD5", Key::Rsa2048, Algorithm::RsaMd5),
        ("RSA with SHA-1", Key::Rsa2048, Algorithm::RsaSha1),
        ("RSA with SHA-256", Key::Rsa2048, Algorithm::RsaSha256),
        ("RSA with SHA-384", Key::Rsa2048, Algorithm::RsaSha384),
        ("RSA with SHA-512", Key::Rsa2048, Algorithm::RsaSha512),
        ("RSA 1024 with SHA-256", Key::Rsa1024, Algorithm::RsaSha256),
        ("RSA 1024 with SHA-1", Key::Rsa1024, Algorithm::RsaSha1),
        ("P-384 with SHA-256", Key::P384, Algorithm::EcdsaSha256),
        ("P-384 with SHA-512", Key::P384, Algorithm::EcdsaSha512),
        ("P-521 with SHA-512", Key::P521, Algorithm::EcdsaSha512),
        ("P-521 with SHA-256", Key::P521, Algorithm::EcdsaSha256),
        ("Ed25519", Key::Ed25519, Algorithm::Ed25519),
        ("a signature of another kind of key", Key::Rsa2048, Algorithm::EcdsaSha256),
    ];
    for (what, key, algorithm) in ways {
        for role in ["root", "intermediate", "root itself"] {
            let mut world = World { arrange: as_it_should_be, ..World::new(1) };
            match role {
                "root" => {
                    world.root.key = *key;
                    world.intermediates[0].algorithm = Some(*algorithm);
                }
                "intermediate" => {
                    world.intermediates[0].key = *key;
                    world.leaf.algorithm = Some(*algorithm);
                }
                _ => {
                    world.root.key = *key;
                    world.root.algorithm = Some(*algorithm);
                }
            }
            worlds.push((format!("{role} signs: {what}"), world));
        }
    }
    worlds
}

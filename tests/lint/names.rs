//! Names of the leaf, asked for in many ways, and constraints on them.

use crate::cases::Named;
use crate::certificates::*;
use crate::world::World;

/// A leaf of these names, asked for one.
pub fn hosts() -> Vec<Named> {
    let local = [127, 0, 0, 1];
    let mapped = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 127, 0, 0, 1];
    let v6 = [0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1];
    let all: &[(&[Vec<u8>], &'static str)] = &[
        (&[dns("server.test")], "other.test"),
        (&[dns("SERVER.test")], "server.test"),
        (&[dns("other.test"), dns("server.test")], "server.test"),
        (&[dns("*.test")], "server.test"),
        (&[dns("*.server.test")], "a.server.test"),
        (&[dns("*.server.test")], "server.test"),
        (&[dns("*.server.test")], "a.b.server.test"),
        (&[dns("*.*.test")], "a.server.test"),
        (&[dns("a*.server.test")], "ab.server.test"),
        (&[dns("*a.server.test")], "ba.server.test"),
        (&[dns("a*c.server.test")], "abc.server.test"),
        (&[dns("a.*.test")], "a.server.test"),
        (&[dns("*")], "server"),
        (&[dns("localhost")], "localhost"),
        (&[dns("my_server.test")], "my_server.test"),
        (&[dns("-server.test")], "-server.test"),
        (&[dns("server.test.")], "server.test"),
        (&[dns("xn--bcher-kva.test")], "xn--bcher-kva.test"),
        (&[dns("*.test.example")], "xn--bcher-kva.test.example"),
        (&[dns("")], "server.test"),
        (&[dns("server .test"), dns("server.test")], "server.test"),
        (&[ip(&local)], "127.0.0.1"),
        (&[ip(&local)], "127.0.0.2"),
        (&[ip(&local)], "server.test"),
        (&[dns("127.0.0.1")], "127.0.0.1"),
        (&[ip(&v6)], "2001:db8::1"),
        (&[ip(&v6)], "2001:db8::2"),
        (&[ip(&mapped)], "127.0.0.1"),
        (&[ip(&[127, 0, 0]), dns("server.test")], "server.test"),
        (&[ip(&local), dns("server.test")], "server.test"),
        (&[email("me@server.test")], "server.test"),
        (&[uri("spiffe://server.test/x")], "server.test"),
        (&[uri("https://server.test/"), dns("server.test")], "server.test"),
        (&[directory(&name(&[(COMMON_NAME, 0x0c, "server.test")]))], "server.test"),
    ];
    let mut worlds: Vec<Named> = all
        .iter()
        .map(|(san, host)| {
            let mut world = World::new(1);
            world.leaf.subject = name(&[(ORGANIZATION, 0x0c, "Works")]);
            world.leaf.set(SUBJECT_ALT_NAME, false, names(san));
            world.host = host;
            let told: String = san.iter().map(|name| String::from_utf8_lossy(&name[2..]).replace('\0', ".")).collect();
            (format!("names {}: {told:?} asked for {host}", san.len()), world)
        })
        .collect();
    let common_names: &[(&str, &str, &'static str)] = &[
        ("commonName only", "server.test", "server.test"),
        ("commonName only, a wildcard", "*.server.test", "a.server.test"),
        ("commonName only, an address", "127.0.0.1", "127.0.0.1"),
        ("commonName only, another", "other.test", "server.test"),
    ];
    for (what, common_name, host) in common_names {
        let mut world = World::new(1);
        world.leaf.subject = name(&[(COMMON_NAME, 0x0c, common_name)]);
        world.leaf.remove(SUBJECT_ALT_NAME);
        world.host = host;
        worlds.push(((*what).to_owned(), world.clone()));
        world.leaf.set(SUBJECT_ALT_NAME, false, names(&[email("me@server.test")]));
        worlds.push((format!("{what}, beside an e-mail address"), world));
    }
    worlds
}

/// Constraints of the intermediate or the root on the names of the leaf, with the names that the leaf has.
pub fn constraints() -> Vec<Named> {
    let works = name(&[(ORGANIZATION, 0x0c, "Works")]);
    let local = ip(&[127, 0, 0, 0, 255, 0, 0, 0]);
    type Lists = (Vec<Vec<u8>>, Vec<Vec<u8>>);
    let all: Vec<(&str, Lists, Vec<Vec<u8>>)> = vec![
        ("dns permitted", (vec![dns("server.test")], vec![]), vec![]),
        ("parent permitted", (vec![dns("test")], vec![]), vec![]),
        ("parent permitted with a dot", (vec![dns(".test")], vec![]), vec![]),
        ("itself permitted with a dot", (vec![dns(".server.test")], vec![]), vec![]),
        ("everything permitted", (vec![dns("")], vec![]), vec![]),
        ("other permitted", (vec![dns("other.test")], vec![]), vec![]),
        ("one of two permitted", (vec![dns("other.test"), dns("server.test")], vec![]), vec![]),
        ("longer name permitted", (vec![dns("a.server.test")], vec![]), vec![]),
        ("half a label permitted", (vec![dns("er.test")], vec![]), vec![]),
        ("dns excluded", (vec![], vec![dns("server.test")]), vec![]),
        ("parent excluded", (vec![], vec![dns("test")]), vec![]),
        ("parent excluded with a dot", (vec![], vec![dns(".test")]), vec![]),
        ("other excluded", (vec![], vec![dns("other.test")]), vec![]),
        ("everything excluded", (vec![], vec![dns("")]), vec![]),
        ("permitted and excluded", (vec![dns("test")], vec![dns("server.test")]), vec![]),
        ("second name not permitted", (vec![dns("server.test")], vec![]), vec![dns("other.test")]),
        ("wildcard permitted", (vec![dns("server.test")], vec![]), vec![dns("*.server.test")]),
        ("wildcard over what is permitted", (vec![dns("server.test"), dns("a.b.test")], vec![]), vec![dns("*.b.test")]),
        ("wildcard over what is excluded", (vec![], vec![dns("a.b.test")]), vec![dns("*.b.test")]),
        ("address permitted", (vec![local.clone()], vec![]), vec![ip(&[127, 0, 0, 1])]),
        ("address not permitted", (vec![local.clone()], vec![]), vec![ip(&[10, 0, 0, 1])]),
        ("address excluded", (vec![], vec![local.clone()]), vec![ip(&[127, 0, 0, 1])]),
        ("address excluded, dns named", (vec![], vec![local.clone()]), vec![]),
        ("address permitted, dns named", (vec![local], vec![]), vec![]),
        ("host of e-mail permitted", (vec![email("server.test")], vec![]), vec![email("me@server.test")]),
        ("host of e-mail below permitted", (vec![email("test")], vec![]), vec![email("me@server.test")]),
        ("domain of e-mail permitted", (vec![email(".test")], vec![]), vec![email("me@server.test")]),
        ("mailbox permitted", (vec![email("me@server.test")], vec![]), vec![email("me@server.test")]),
        ("other mailbox permitted", (vec![email("you@server.test")], vec![]), vec![email("me@server.test")]),
        ("e-mail of two hosts", (vec![email("server.test")], vec![]), vec![email("me@you@server.test")]),
        ("e-mail excluded", (vec![], vec![email("server.test")]), vec![email("me@server.test")]),
        ("uri permitted", (vec![uri("server.test")], vec![]), vec![uri("https://server.test/")]),
        ("domain of uri permitted", (vec![uri(".test")], vec![]), vec![uri("https://server.test/")]),
        ("uri not permitted", (vec![uri("other.test")], vec![]), vec![uri("https://server.test/")]),
        ("uri excluded", (vec![], vec![uri("server.test")]), vec![uri("spiffe://server.test/x")]),
        ("directory permitted", (vec![directory(&works)], vec![]), vec![]),
        ("directory excluded", (vec![], vec![directory(&works)]), vec![]),
        ("other directory permitted", (vec![directory(&name(&[(ORGANIZATION, 0x0c, "Other")]))], vec![]), vec![]),
        ("directory permitted in capitals", (vec![directory(&name(&[(ORGANIZATION, 0x13, "WORKS")]))], vec![]), vec![]),
        ("other directory excluded", (vec![], vec![directory(&name(&[(ORGANIZATION, 0x0c, "Other")]))]), vec![]),
        ("directory and dns permitted", (vec![directory(&works), dns("server.test")], vec![]), vec![]),
    ];
    let mut worlds = Vec::new();
    for (what, (permitted, excluded), more) in all {
        let mut world = World::new(1);
        world.intermediates[0].subject = name(&[(ORGANIZATION, 0x0c, "Works"), (COMMON_NAME, 0x0c, "intermediate")]);
        world.leaf.subject = name(&[(ORGANIZATION, 0x0c, "Works"), (COMMON_NAME, 0x0c, "leaf")]);
        world.leaf.set(SUBJECT_ALT_NAME, false, names(&[vec![dns("server.test")], more].concat()));
        let value = name_constraints(&permitted, &excluded);
        for (role, critical) in [("intermediate", true), ("intermediate", false), ("root", true)] {
            let mut world = world.clone();
            let ca = if role == "root" { &mut world.root } else { world.issuer() };
            ca.set(NAME_CONSTRAINTS, critical, value.clone());
            let critical = if critical { "" } else { ", not critical" };
            worlds.push((format!("constraints of the {role}{critical}: {what}"), world));
        }
    }
    let mut world = World::new(1);
    world.leaf.remove(SUBJECT_ALT_NAME);
    world.intermediates[0].set(NAME_CONSTRAINTS, true, name_constraints(&[dns("other.test")], &[]));
    worlds.push(("constraints keep out the commonName".to_owned(), world));
    let mut world = World::new(1);
    world.leaf.subject = name(&[(ORGANIZATION, 0x0c, "Works"), (EMAIL, 0x16, "me@server.test")]);
    world.intermediates[0].set(NAME_CONSTRAINTS, true, name_constraints(&[email("other.test")], &[]));
    worlds.push(("constraints keep out an e-mail address of the subject".to_owned(), world));
    worlds
}

use super::*;
use alloc::{format, string::ToString};

// [SPIFFE-2-1]
#[test]
fn an_id_has_a_trust_domain_and_a_path() {
    let id = SpiffeId::parse("spiffe://works.test/ns/prod/Robot_1").unwrap();
    assert_eq!((id.trust_domain(), id.path()), ("works.test", "/ns/prod/Robot_1"));
    assert_eq!(id.to_string(), "spiffe://works.test/ns/prod/Robot_1");
    assert_eq!(SpiffeId::parse("SPIFFE://works").map(|id| id.path()), Ok(""));
}

// [SPIFFE-2-1]
#[test]
fn texts_that_are_no_ids_are_refused() {
    use SpiffeError::{Path, Scheme, TooLong, TrustDomain};
    for (text, error) in [
        ("", Scheme),
        ("works/robot", Scheme),
        ("https://works/robot", Scheme),
        ("spiffe:/works", Scheme),
        ("spiffe://", TrustDomain),
        ("spiffe:///robot", TrustDomain),
        ("spiffe://Works/robot", TrustDomain),
        ("spiffe://user@works/robot", TrustDomain),
        ("spiffe://works:443/robot", TrustDomain),
        ("spiffe://works?q", TrustDomain),
        ("spiffe://w%6Frks", TrustDomain),
        ("spiffe://works/", Path),
        ("spiffe://works/robot/", Path),
        ("spiffe://works//robot", Path),
        ("spiffe://works/./robot", Path),
        ("spiffe://works/../robot", Path),
        ("spiffe://works/r%6Fbot", Path),
        ("spiffe://works/robot?q", Path),
        ("spiffe://works/robot#f", Path),
    ] {
        assert_eq!(SpiffeId::parse(text), Err(error), "{text}");
    }
    let (longest, path) = ("a".repeat(255), "b".repeat(2048));
    assert!(SpiffeId::parse(&format!("spiffe://{longest}")).is_ok());
    assert_eq!(SpiffeId::parse(&format!("spiffe://a{longest}")), Err(TrustDomain));
    assert!(SpiffeId::parse(&format!("spiffe://works/{}", &path[..2033])).is_ok());
    assert_eq!(SpiffeId::parse(&format!("spiffe://works/{}", &path[..2034])), Err(TooLong));
}

//! What stays as it is while a client comes back, and what changes in between.

use super::LIFETIME;
use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::*;
use symbolon::wire::CipherSuite;

/// What stays as it is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Series {
    pub(crate) stored: bool,
    pub(crate) asks: Asks,
    /// The client has a certificate.
    pub(crate) shows: bool,
    /// Tickets after a full handshake.
    pub(crate) count: u8,
    /// Bytes of early data that the server takes.
    pub(crate) takes_early: Option<u32>,
    /// Which ends have the external PSK, and which allow a PSK alone: client, server.
    pub(crate) knows: [bool; 2],
    pub(crate) alone: [bool; 2],
    /// `record_size_limit`: client, server.
    pub(crate) limits: [Option<u16>; 2],
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Asks {
    Nobody,
    Whoever,
    Everybody,
}

/// One connection.
#[derive(Clone, Debug)]
pub(crate) struct Visit {
    pub(crate) change: Change,
    pub(crate) retry: bool,
    /// The server prefers the other protocol.
    pub(crate) other_protocol: bool,
    /// Sizes of what is written before the server has answered.
    pub(crate) early: Option<Vec<usize>>,
    /// Bytes of a send buffer beyond what a handshake takes, and how many of them move in one turn.
    pub(crate) extra: [usize; 2],
    pub(crate) turns: Vec<usize>,
    pub(crate) len: usize,
}

/// What happens before a connection.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Change {
    Nothing,
    /// A new ticket key; the old ones still open.
    Rotate,
    /// A new ticket key, and no other.
    Replace,
    /// Clients are admitted by another rule.
    Rule,
    /// The server has these suites, by number.
    Suites(usize),
    /// Seconds go by.
    Wait(i64),
}

pub(crate) fn series() -> impl Strategy<Value = Series> {
    let asks = prop_oneof![2 => Just(Asks::Nobody), 1 => Just(Asks::Whoever), 2 => Just(Asks::Everybody)];
    let takes_early = of(prop_oneof![1u32..400, Just(3000), Just(200_000)]);
    let few = || [prop::bool::weighted(0.25), prop::bool::weighted(0.25)];
    let limit = || prop_oneof![4 => Just(None), 1 => (64u16..2000).prop_map(Some)];
    (any::<bool>(), asks, any::<bool>(), 0u8..4, takes_early, few(), few(), [limit(), limit()]).prop_map(
        |(stored, asks, shows, count, takes_early, knows, alone, limits)| {
            let shows = shows || asks == Asks::Everybody;
            Series { stored, asks, shows, count, takes_early, knows, alone, limits }
        },
    )
}

pub(crate) fn visit() -> impl Strategy<Value = Visit> {
    let change = prop_oneof![
        6 => Just(Change::Nothing),
        1 => Just(Change::Rotate),
        1 => Just(Change::Replace),
        1 => Just(Change::Rule),
        1 => (0usize..SUITES.len()).prop_map(Change::Suites),
        2 => prop_oneof![1i64..100, Just(50_000), Just(LIFETIME)].prop_map(Change::Wait),
    ];
    let early = of(vec(prop_oneof![1usize..30, 30usize..3000, Just(40_000)], 0..6));
    let extra = [prop_oneof![0usize..100, 0usize..20_000], prop_oneof![0usize..100, 0usize..20_000]];
    let turns = vec(prop_oneof![1usize..60, 60usize..5000, Just(usize::MAX)], 1..8);
    let rare = || prop::bool::weighted(0.2);
    (change, rare(), rare(), early, extra, turns, 0usize..5000).prop_map(
        |(change, retry, other_protocol, early, extra, turns, len)| Visit {
            change,
            retry,
            other_protocol,
            early,
            extra,
            turns,
            len,
        },
    )
}

pub(crate) const SUITES: &[&[CipherSuite]] = &[
    &[CipherSuite::TLS_AES_128_GCM_SHA256, CipherSuite::TLS_AES_256_GCM_SHA384],
    &[CipherSuite::TLS_AES_256_GCM_SHA384, CipherSuite::TLS_CHACHA20_POLY1305_SHA256],
    &[CipherSuite::TLS_AES_128_GCM_SHA256],
    &[CipherSuite::TLS_AES_256_GCM_SHA384],
];

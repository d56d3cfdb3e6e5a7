//! What one end seals the other opens: all of it, in order, and in records no longer than agreed.

use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::*;
use symbolon::wire::{ContentType, MaxFragmentLength};
use symbolon::{Misuse, Role};

use super::util::pair::{End, Pair};
use super::util::provider::{Provider, provider};
use super::world::{client, client_config, pattern, records, server, server_config};

/// How records are cut, padded and keyed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Settings {
    pub(crate) client_limit: Option<u16>,
    pub(crate) server_limit: Option<u16>,
    pub(crate) max_fragment_length: Option<u8>,
    pub(crate) client_padding: u16,
    pub(crate) server_padding: u16,
    pub(crate) key_update_after: Option<u64>,
}

pub(crate) fn settings() -> impl Strategy<Value = Settings> {
    let limit = || of(prop_oneof![64u16..200, 64u16..=16385]);
    let padding = || prop_oneof![2 => Just(0u16), 1 => 1u16..600, 1 => any::<u16>()];
    (limit(), limit(), of(1u8..=4), padding(), padding(), of(1u64..6)).prop_map(
        |(client_limit, server_limit, max_fragment_length, client_padding, server_padding, key_update_after)| {
            let ours = (client_limit, server_limit, max_fragment_length);
            let (client_limit, server_limit, max_fragment_length) = ours;
            Settings {
                client_limit,
                server_limit,
                max_fragment_length,
                client_padding,
                server_padding,
                key_update_after,
            }
        },
    )
}

impl Settings {
    pub(crate) fn pair(self) -> Pair {
        let (mut ours, mut theirs) = (client_config(provider()), server_config(provider()));
        ours = ours.record_padding(self.client_padding);
        theirs = theirs.record_padding(self.server_padding);
        if let Some(limit) = self.client_limit {
            ours = ours.record_size_limit(limit);
        }
        if let Some(limit) = self.server_limit {
            theirs = theirs.record_size_limit(limit);
        }
        if let Some(length) = self.max_fragment_length {
            ours = ours.max_fragment_length(MaxFragmentLength(length));
        }
        if let Some(records) = self.key_update_after {
            ours = ours.key_update_after(records);
            theirs = theirs.key_update_after(records);
        }
        Pair::new(client(ours), server(theirs))
    }

    /// The longest protected record to the client, and to the server: content, its type, the tag.
    fn longest(self) -> (usize, usize) {
        let (to_client, to_server) = match (self.client_limit, self.max_fragment_length) {
            // RFC 8449 §4: each end says its own limit, which counts the type. It goes before RFC 6066 (§5).
            (Some(limit), _) => (limit.into(), self.server_limit.unwrap_or(16385).into()),
            // RFC 6066 §4: one limit for both, which does not.
            (None, Some(code)) => ((256 << code) + 1, (256 << code) + 1),
            (None, None) => ((1 << 14) + 1, (1 << 14) + 1),
        };
        (to_client + 16, to_server + 16)
    }
}

/// What an application does.
#[derive(Clone, Copy, Debug)]
enum Act {
    Write {
        client: bool,
        len: usize,
    },
    UpdateKeys {
        client: bool,
        both: bool,
    },
    /// Everything on the wire arrives.
    Deliver,
}

fn act() -> impl Strategy<Value = Act> {
    let len = prop_oneof![4 => 0usize..300, 2 => 0usize..5000, 1 => 0usize..=3 << 14];
    prop_oneof![
        4 => (any::<bool>(), len).prop_map(|(client, len)| Act::Write { client, len }),
        2 => any::<(bool, bool)>().prop_map(|(client, both)| Act::UpdateKeys { client, both }),
        1 => Just(Act::Deliver),
    ]
}

/// Moves bytes until there are none, and holds every protected record against its limit.
fn deliver(pair: &mut Pair, longest: (usize, usize)) -> Result<(), TestCaseError> {
    let within = |bytes: &[u8], longest: usize| {
        for record in records(bytes) {
            if record[0] == ContentType::application_data.0 {
                prop_assert!(
                    record.len() - 5 <= longest,
                    "a record of {}, where {} is the limit",
                    record.len() - 5,
                    longest
                );
            }
        }
        Ok(())
    };
    loop {
        pair.client.drive();
        let to_server = pair.client.take_output();
        within(&to_server, longest.1)?;
        pair.server.give(&to_server);
        let to_client = pair.server.take_output();
        within(&to_client, longest.0)?;
        pair.client.give(&to_client);
        if to_server.is_empty() && to_client.is_empty() {
            return Ok(());
        }
    }
}

/// Writes all of `bytes`; when the send buffer is full, it is emptied. What is in flight otherwise stays there.
fn write_all(pair: &mut Pair, client: bool, mut bytes: &[u8], longest: (usize, usize)) -> Result<(), TestCaseError> {
    while !bytes.is_empty() {
        let n = match client {
            true => pair.client.conn.app().unwrap().write(bytes, &mut pair.client.tx),
            false => pair.server.conn.app().unwrap().write(bytes, &mut pair.server.tx),
        };
        bytes = &bytes[n.unwrap().unwrap()..];
        if !bytes.is_empty() {
            deliver(pair, longest)?;
        }
    }
    Ok(())
}

fn update_keys<R: Role>(end: &mut End<R, Provider>, both: bool) -> Result<(), Misuse> {
    end.conn.app().unwrap().update_keys(both, &mut end.tx).map(Result::unwrap)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    // [5.1-1] [8449-4-1]
    #[test]
    fn data_arrives_whole_and_in_order_in_records_within_the_limit(settings in settings(), acts in vec(act(), 0..16)) {
        let (mut pair, longest) = (settings.pair(), settings.longest());
        deliver(&mut pair, longest)?;
        pair.assert_connected();
        let stream = pattern(16 * (3 << 14));
        let (mut from_client, mut from_server) = (0, 0);
        for act in acts {
            match act {
                Act::Write { client, len } => {
                    let sent = if client { &mut from_client } else { &mut from_server };
                    write_all(&mut pair, client, &stream[*sent..*sent + len], longest)?;
                    *sent += len;
                }
                Act::UpdateKeys { client, both } => {
                    let full = match client {
                        true => update_keys(&mut pair.client, both),
                        false => update_keys(&mut pair.server, both),
                    };
                    prop_assert!(full.is_ok() || full == Err(Misuse::NoRoom));
                }
                Act::Deliver => deliver(&mut pair, longest)?,
            }
        }
        deliver(&mut pair, longest)?;
        pair.assert_connected();
        prop_assert!(pair.server.received == stream[..from_client], "to the server");
        prop_assert!(pair.client.received == stream[..from_server], "to the client");
    }
}

// [4.6.3-4] [5.5-1]
#[test]
fn key_update_after_one_record_changes_the_key_before_each_further_record() {
    let settings = Settings {
        client_limit: None,
        server_limit: None,
        max_fragment_length: None,
        client_padding: 0,
        server_padding: 0,
        key_update_after: Some(1),
    };
    let mut pair = settings.pair();
    pair.run();
    for _ in 0..5 {
        pair.client.write(b"x");
        pair.run();
    }
    pair.assert_connected();
    let updates = pair.server.seen.events.iter().filter(|event| *event == "recv KeyUpdate").count();
    assert_eq!((updates, &pair.server.received[..]), (4, &b"xxxxx"[..]));
}

//! Single use of early data over several servers: a `redis-server` of its own for each test, or a reason why there is none.
#![cfg(feature = "redis")]

use std::io::Write;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;
use symbolon::UnixTime;
use symbolon::resumption::{RedisSingleUse, SingleUse, SingleUseError};

/// Long enough that it is not met by chance.
const PATIENT: Duration = Duration::from_secs(20);

/// A Redis that keeps nothing on disk and ends with the test.
struct Redis {
    address: SocketAddr,
    server: Child,
}

impl Redis {
    /// `None`, and a line past the test harness, where there is no `redis-server`.
    fn start() -> Option<Self> {
        // Another process may take the port in between; then this server ends, and the next port is tried.
        (0..10).find_map(|_| Self::start_at(free_port())).or_else(|| {
            let _ = writeln!(std::io::stderr(), "skipped: single use over Redis: no `redis-server` could be started");
            None
        })
    }

    fn start_at(address: SocketAddr) -> Option<Self> {
        let port = address.port().to_string();
        let options = ["--port", &port, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"];
        let server = Command::new("redis-server").args(options).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        let mut redis = Self { address, server: server.ok()? };
        loop {
            if redis.server.try_wait().unwrap().is_some() {
                return None;
            }
            if TcpStream::connect(address).is_ok() {
                return Some(redis);
            }
            thread::sleep(Duration::from_millis(5));
        }
    }

    fn client(&self) -> RedisSingleUse {
        client(self.address, PATIENT)
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

fn free_port() -> SocketAddr {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap()
}

fn client(address: SocketAddr, time_out: Duration) -> RedisSingleUse {
    RedisSingleUse::new(&format!("redis://{address}"), time_out).unwrap()
}

/// The time that the tests take for the start of Redis, and a time at which its start is long ago.
const STARTED: i64 = 1_000_000;
const LATER: i64 = STARTED + 100;

/// The answer for a key that is fresh for twenty seconds up to `until`.
fn ask(client: &RedisSingleUse, key: u8, until: i64, now: i64) -> Result<bool, SingleUseError> {
    client.first_use(&[key; 32], UnixTime(until - 20)..=UnixTime(until), UnixTime(now))
}

/// A client that has found out when Redis was started.
fn connected(redis: &Redis) -> RedisSingleUse {
    let client = redis.client();
    assert!(!ask(&client, 0, STARTED, STARTED).unwrap());
    client
}

#[test]
fn two_clients_of_one_redis_see_one_first_use() {
    let Some(redis) = Redis::start() else { return };
    let (one, other) = (connected(&redis), connected(&redis));
    assert!(ask(&one, 1, LATER + 10, LATER).unwrap());
    assert!(!ask(&other, 1, LATER + 10, LATER).unwrap());
    assert!(!ask(&one, 1, LATER + 10, LATER).unwrap());
    assert!(ask(&other, 2, LATER + 10, LATER).unwrap());
    assert!(!ask(&one, 2, LATER + 10, LATER).unwrap());
    assert!(!ask(&one, 3, LATER - 1, LATER).unwrap(), "after its end");
}

// [8.2-1]
#[test]
fn of_many_threads_with_many_clients_one_is_the_first_for_each_key() {
    let Some(redis) = Redis::start() else { return };
    let (shared, first) = (connected(&redis), AtomicUsize::new(0));
    thread::scope(|scope| {
        for n in 0..8 {
            let (redis, shared, first) = (&redis, &shared, &first);
            scope.spawn(move || {
                let own = connected(redis);
                let client = if n % 2 == 0 { shared } else { &own };
                let here = (1..=50).filter(|key| ask(client, *key, LATER + 10, LATER).unwrap()).count();
                first.fetch_add(here, Ordering::Relaxed);
            });
        }
    });
    assert_eq!(first.into_inner(), 50);
}

// [8.2-2]
#[test]
fn redis_forgets_a_key_after_its_end_and_not_before() {
    let Some(redis) = Redis::start() else { return };
    let client = connected(&redis);
    let mut connection = redis::Client::open(format!("redis://{}", redis.address)).unwrap().get_connection().unwrap();
    let before = milliseconds(&mut connection);
    assert!(ask(&client, 1, LATER + 20, LATER).unwrap());
    let keys: Vec<Vec<u8>> = redis::cmd("KEYS").arg("*").query(&mut connection).unwrap();
    assert_eq!(keys, [[&b"symbolon:early-data:"[..], &[1; 32]].concat()]);
    let left: i64 = redis::cmd("PTTL").arg(&keys[0]).query(&mut connection).unwrap();
    let passed = milliseconds(&mut connection) - before;
    // 20 s, the whole of the last second, and 20 s for servers whose clocks are behind.
    assert!(left <= 41_000, "{left}");
    assert!(left + passed + 1 >= 41_000, "{left} after {passed}");
}

/// What Redis takes for the time.
fn milliseconds(connection: &mut redis::Connection) -> i64 {
    let (seconds, micros): (i64, i64) = redis::cmd("TIME").query(connection).unwrap();
    seconds * 1000 + micros / 1000
}

// [8.2-3]
#[test]
fn a_redis_that_was_just_started_is_not_asked_for_what_was_fresh_before() {
    let Some(redis) = Redis::start() else { return };
    let client = redis.client();
    assert!(!ask(&client, 1, STARTED + 10, STARTED).unwrap());
    assert!(!ask(&client, 1, STARTED + 10, STARTED + 10).unwrap());
    assert!(ask(&client, 2, LATER + 10, LATER).unwrap());
}

// [8.2-3]
#[test]
fn a_redis_that_was_started_again_is_not_trusted_with_what_it_may_have_forgotten() {
    let Some(redis) = Redis::start() else { return };
    let (address, client) = (redis.address, connected(&redis));
    assert!(ask(&client, 1, LATER + 10, LATER).unwrap());
    drop(redis);
    assert!(ask(&client, 1, LATER + 10, LATER).is_err());
    let Some(_redis) = Redis::start_at(address) else { return };
    assert!(!ask(&client, 1, LATER + 10, LATER).unwrap());
    assert!(ask(&client, 2, LATER + 110, LATER + 100).unwrap());
}

#[test]
fn a_redis_that_is_not_there_is_an_error_that_says_so() {
    let error = ask(&client(free_port(), PATIENT), 1, LATER + 10, LATER).unwrap_err();
    assert!(error.to_string().contains("refused"), "{error}");
    assert!(error.to_string().contains("RFC 8446 §8"), "{error}");
    let error = RedisSingleUse::new("localhost:6379", PATIENT).unwrap_err();
    assert!(error.to_string().contains("URL"), "{error}");
}

// [8.2-4]
/// Without a time-out it would wait for ever.
#[test]
fn a_redis_that_never_answers_is_an_error() {
    let silent = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let client = client(silent.local_addr().unwrap(), Duration::from_millis(50));
    for _ in 0..2 {
        assert!(ask(&client, 1, LATER + 10, LATER).is_err());
    }
}

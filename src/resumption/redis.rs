//! Single use of early data over several servers (RFC 8446 §8.2), by way of a Redis.

use super::single_use::{SingleUse, SingleUseError};
use crate::x509::UnixTime;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use core::ops::RangeInclusive;
use core::time::Duration;
use std::sync::{Mutex, MutexGuard, PoisonError};

const PREFIX: &[u8] = b"symbolon:early-data:";
/// Connections that wait for their next use; more are closed.
const MAX_IDLE: usize = 16;

/// A [`SingleUse`] that all servers share which ask the same Redis, by `SET key 1 NX EX seconds`.
///
/// What Redis forgets can be replayed. After its start it is taken to know nothing; it must not evict keys
/// (`maxmemory-policy noeviction`), be flushed, fail over to a replica that lags behind, or hide its restart behind a proxy. The
/// clocks of the servers may differ by as much as a ClientHello is fresh for, 20 seconds by default.
///
/// The user needs the commands SET and INFO. The way to Redis is neither encrypted nor authenticated, beyond the password: whoever
/// can change what goes over it, or what is in Redis, can have early data replayed.
pub struct RedisSingleUse {
    client: redis::Client,
    time_out: Duration,
    idle: Mutex<Vec<Open>>,
}

struct Open {
    connection: redis::Connection,
    /// When Redis was, at the latest.
    started: UnixTime,
}

impl RedisSingleUse {
    /// A Redis at a URL as `redis://10.0.0.7:6379/0`; an address, since looking up a name has no time-out. It is not connected to
    /// before it is asked, then by as many connections as there are threads that ask at once.
    ///
    /// Connecting and every answer take `time_out` at most, or early data is rejected.
    ///
    /// # Errors
    /// [`SingleUseError`] if the URL is none.
    pub fn new(url: &str, time_out: Duration) -> Result<Self, SingleUseError> {
        let client = redis::Client::open(url).map_err(SingleUseError::new)?;
        Ok(Self { client, time_out, idle: Mutex::new(Vec::new()) })
    }

    // [8.2-3] [8.2-4]
    fn connect(&self, now: UnixTime) -> Result<Open, SingleUseError> {
        let mut connection = self.client.get_connection_with_timeout(self.time_out).map_err(SingleUseError::new)?;
        connection.set_read_timeout(Some(self.time_out)).map_err(SingleUseError::new)?;
        connection.set_write_timeout(Some(self.time_out)).map_err(SingleUseError::new)?;
        // A Redis that is started again has lost its connections, so that it is enough to look here.
        let info: String = redis::cmd("INFO").arg("server").query(&mut connection).map_err(SingleUseError::new)?;
        let uptime = info.lines().find_map(|line| line.strip_prefix("uptime_in_seconds:")?.trim().parse::<u32>().ok());
        let uptime = uptime.ok_or_else(|| SingleUseError::new("INFO of Redis does not tell its uptime"))?;
        // Both times are rounded down.
        let started = now.0.saturating_sub(uptime.into()).saturating_add(1);
        Ok(Open { connection, started: UnixTime(started) })
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Open>> {
        // Nothing panics while it holds the lock.
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Open {
    fn first_use(
        &mut self,
        key: &[u8; 32],
        fresh: RangeInclusive<UnixTime>,
        now: UnixTime,
    ) -> redis::RedisResult<bool> {
        // What another server takes for fresh if its clock is behind.
        let margin = fresh.end().0.saturating_sub(fresh.start().0);
        if self.started.0.saturating_add(margin) >= fresh.start().0 {
            return Ok(false);
        }
        // [8.2-1] [8.2-2]
        // Seconds from now, since the clock of Redis may be another.
        let seconds = fresh.end().0.saturating_sub(now.0).saturating_add(margin).saturating_add(1);
        let mut set = redis::cmd("SET");
        set.arg([PREFIX, key].concat()).arg(1).arg("NX").arg("EX").arg(seconds);
        // Redis answers nil where the key is there already.
        Ok(set.query::<Option<String>>(&mut self.connection)?.is_some())
    }
}

impl SingleUse for RedisSingleUse {
    fn first_use(
        &self,
        key: &[u8; 32],
        fresh: RangeInclusive<UnixTime>,
        now: UnixTime,
    ) -> Result<bool, SingleUseError> {
        if !fresh.contains(&now) {
            return Ok(false);
        }
        let idle = self.idle().pop();
        let mut open = idle.map_or_else(|| self.connect(now), Ok)?;
        let answer = open.first_use(key, fresh, now);
        let mut idle = self.idle();
        match &answer {
            Ok(_) if idle.len() < MAX_IDLE => idle.push(open),
            Ok(_) => {}
            // The others have likely ended with this one.
            Err(_) => idle.clear(),
        }
        answer.map_err(SingleUseError::new)
    }
}

impl fmt::Debug for RedisSingleUse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Not the URL, which may hold a password.
        f.debug_struct("RedisSingleUse").field("time_out", &self.time_out).finish_non_exhaustive()
    }
}

//! The operator's log: a line for each thing that happens, without the secrets of the service.
//!
//! Whoever writes a line (the host, what fetches keys and lists, the sandbox) need not know what is secret: every line goes through here.

use gateway::{Mask, MaskedSecrets};
use std::{
    cell::RefCell,
    io::{self, Write},
    rc::Rc,
    sync::{
        PoisonError, RwLock,
        atomic::{AtomicU64, Ordering},
    },
};
use tracing_subscriber::{EnvFilter, fmt::MakeWriter};

/// What is secret, and what was before the last reload: requests that began then may still be under way.
static SECRETS: RwLock<[Vec<String>; 2]> = RwLock::new([Vec::new(), Vec::new()]);
/// Another number whenever there are others.
static GENERATION: AtomicU64 = AtomicU64::new(0);

thread_local! {
    /// Each thread has a mask of its own, made when it first has something to say.
    static MASK: RefCell<(u64, Mask)> = RefCell::default();
}

/// Starts the log, on standard error. `PORTICO_LOG` says what is worth a line.
pub(crate) fn start() {
    let filter = EnvFilter::try_from_env("PORTICO_LOG").unwrap_or_else(|_| EnvFilter::new("warn"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(Standard).with_target(false).init();
}

/// No line shows one of these from now on.
pub(crate) fn conceal(secrets: Vec<String>) {
    let mut known = SECRETS.write().unwrap_or_else(PoisonError::into_inner);
    if known[0] != secrets {
        let [newest, older] = &mut *known;
        *older = std::mem::replace(newest, secrets);
        GENERATION.fetch_add(1, Ordering::Release);
    }
}

/// A text as it may be shown.
pub(crate) fn hidden(text: &str) -> String {
    let newest = GENERATION.load(Ordering::Acquire);
    let on_this_thread = MASK.try_with(|mask| {
        let (generation, mask) = &mut *mask.borrow_mut();
        if *generation != newest {
            (*generation, *mask) = (newest, made());
        }
        mask.hide(text).into_owned()
    });
    // A thread that ends has nothing of its own any more, and may still have something to say.
    on_this_thread.unwrap_or_else(|_| made().hide(text).into_owned())
}

fn made() -> Mask {
    let secrets = SECRETS.read().unwrap_or_else(PoisonError::into_inner).concat();
    Mask::new(Rc::new(MaskedSecrets::new(move || secrets)))
}

/// Standard error, without secrets.
struct Standard;

/// A line on its way. A secret may come in several pieces, so it is written when it is whole.
struct Line(Vec<u8>);

impl<'w> MakeWriter<'w> for Standard {
    type Writer = Line;

    fn make_writer(&'w self) -> Line {
        Line(Vec::new())
    }
}

impl Write for Line {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        // Where there is no standard error any more, there is nobody to tell.
        let _ = io::stderr().write_all(hidden(&String::from_utf8_lossy(&self.0)).as_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::{conceal, hidden};

    #[test]
    fn secrets_of_this_plan_and_of_the_one_before_are_hidden() {
        conceal(vec!["hunter2-the-first".to_owned()]);
        assert_eq!(hidden("a hunter2-the-first b"), "a **** b");
        conceal(vec!["hunter2/the second".to_owned()]);
        assert_eq!(hidden("hunter2-the-first, hunter2/the second, hunter2%2Fthe%20second"), "****, ****, ****");
        let on_another_thread = std::thread::spawn(|| hidden("hunter2/the second")).join().unwrap();
        assert_eq!(on_another_thread, "****");
    }
}

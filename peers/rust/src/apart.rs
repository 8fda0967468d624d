//! Peers in a process of their own.
//!
//! matrixmultiply reads its number of threads from the environment, once for a
//! process, and whoever calls it gets these threads: here swath too, where a tile of
//! it goes to matrixmultiply. So this process keeps it at one thread, and the peer
//! runs in another one with as many as it may have.
//!
//! The parent writes the case as a line, then for each question a byte and a number
//! or two; answers are numbers. All numbers are 8 bytes, little-endian.

use std::io::{BufRead, BufReader, BufWriter, Read, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use crate::case::Case;
use crate::job::{Job, Made};
use crate::machine::Machine;
use crate::peers;
use crate::real::Real;
use crate::work::Work;

/// What matrixmultiply asks for its number of threads.
pub(crate) const THREADS: &str = "MATMUL_NUM_THREADS";

struct Apart {
    child: Child,
    questions: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
    fresh: bool,
}

/// The job of `peer` in a process of its own.
pub(crate) fn job<'a>(peer: &str, case: &Case, threads: usize) -> Made<'a> {
    start(peer, case, threads).map_err(|e| format!("its process does not start: {e}"))
}

fn start<'a>(peer: &str, case: &Case, threads: usize) -> std::io::Result<Box<dyn Job + 'a>> {
    let mut child = Command::new(std::env::current_exe()?)
        .args(["worker", "--threads", &threads.to_string()])
        .env(THREADS, threads.to_string())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    let mut questions = child.stdin.take().expect("piped");
    let answers = BufReader::new(child.stdout.take().expect("piped"));
    let case = Case { peers: vec![peer.to_owned()], ..case.clone() };
    writeln!(questions, "{}", serde_json::to_string(&case)?)?;
    Ok(Box::new(Apart { child, questions: Some(questions), answers, fresh: case.fresh }))
}

impl Apart {
    fn ask(&mut self, question: u8, numbers: [u64; 2]) -> std::io::Result<()> {
        let questions = self.questions.as_mut().expect("open until dropped");
        questions.write_all(&[question])?;
        numbers.iter().try_for_each(|n| questions.write_all(&n.to_le_bytes()))?;
        questions.flush()
    }

    fn answer(&mut self) -> std::io::Result<[u8; 8]> {
        let mut answer = [0; 8];
        self.answers.read_exact(&mut answer)?;
        Ok(answer)
    }
}

impl Job for Apart {
    fn time(&mut self, warm: usize, calls: usize) -> Result<f64, String> {
        let asked = self.ask(b't', [warm as u64, calls as u64]);
        let seconds = asked.and_then(|()| self.answer()).map_err(gone)?;
        Ok(f64::from_le_bytes(seconds))
    }

    fn values(&mut self) -> Result<Vec<f64>, String> {
        self.ask(b'v', [0, 0]).map_err(gone)?;
        let n = u64::from_le_bytes(self.answer().map_err(gone)?);
        (0..n).map(|_| Ok(f64::from_le_bytes(self.answer().map_err(gone)?))).collect()
    }

    fn is_fresh(&self) -> bool {
        self.fresh
    }
}

impl Drop for Apart {
    fn drop(&mut self) {
        // The end of its input is the end of the process.
        self.questions = None;
        let _ = self.child.wait();
    }
}

fn gone(e: std::io::Error) -> String {
    format!("its process has ended: {e}")
}

/// The other side: answers until there are no more questions.
pub(crate) fn worker(machine: &mut Machine) -> Result<(), String> {
    let mut questions = std::io::stdin().lock();
    let mut line = String::new();
    questions.read_line(&mut line).map_err(|e| e.to_string())?;
    let case = Case::parse(&line)?;
    machine.fresh = case.fresh;
    match case.dtype.as_str() {
        "f64" => answer_all::<f64>(&case, machine, questions),
        _ => answer_all::<f32>(&case, machine, questions),
    }
}

fn answer_all<T: Real>(
    case: &Case,
    machine: &Machine,
    mut questions: impl Read,
) -> Result<(), String> {
    let work = Work::<T>::new(case)?;
    let peer = case.peers.first().map_or("", String::as_str);
    let mut job = peers::job_here(peer, &work, machine)?;
    let mut answers = BufWriter::new(std::io::stdout().lock());
    let mut question = [0; 17];
    while questions.read_exact(&mut question).is_ok() {
        let number = |at: usize| u64::from_le_bytes(question[at..at + 8].try_into().expect("8"));
        if question[0] == b't' {
            let seconds = job.time(number(1) as usize, number(9) as usize)?;
            answers.write_all(&seconds.to_le_bytes()).map_err(|e| e.to_string())?;
        } else {
            let values = job.values()?;
            let n = (values.len() as u64).to_le_bytes();
            let bytes = values.iter().map(|x| x.to_le_bytes());
            let mut all = std::iter::once(n).chain(bytes);
            all.try_for_each(|b| answers.write_all(&b)).map_err(|e| e.to_string())?;
        }
        answers.flush().map_err(|e| e.to_string())?;
    }
    Ok(())
}

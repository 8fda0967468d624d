//! How a matrix product is cut: what to pack, blocks for the caches, tiles for the
//! threads. Follows from sizes and strides; no bit of the result depends on it.
//!
//! The choice of what to do with B is by cost: the multiply-adds are the same either
//! way, so that the sum of copies made and lines fetched again decides.

use crate::tuning::{self, K_BLOCK};

use super::Tiles;

/// A product as the plan sees it, and the micro-kernel at hand.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Gemm {
    pub(crate) m: usize,
    pub(crate) k: usize,
    pub(crate) n: usize,
    /// Strides of rows and columns.
    pub(crate) a: [isize; 2],
    pub(crate) b: [isize; 2],
    /// Bytes of an element.
    pub(crate) size: usize,
    /// Sides of the largest micro-tile.
    pub(crate) mr: usize,
    pub(crate) nr: usize,
    /// What a multiply-add costs one thread, in ns, at best, and on this CPU if that is known.
    pub(crate) step_ns: f64,
    pub(crate) real_step_ns: Option<f64>,
    /// Bytes of a core's L2.
    pub(crate) l2: usize,
    /// How many may work on it.
    pub(crate) threads: usize,
}

/// What is done with B.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Packing {
    /// It is read as it lies.
    None,
    /// Each tile packs its columns for itself.
    Local,
    /// A K-block at a time is packed for all tiles.
    Shared,
}

/// The cut.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Blocks {
    pub(crate) pack_a: bool,
    pub(crate) packing: Packing,
    /// Rows that go through all K-blocks of a tile together.
    pub(crate) mc: usize,
    /// Length along k of one run.
    pub(crate) kc: usize,
    /// Columns of one run.
    pub(crate) nc: usize,
    units: [usize; 2],
    parts: [usize; 2],
}

/// A cut along k: the blocks of the first chunk, of which no sums are kept, and of another, and
/// those whose sums are kept at a time.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Split {
    pub(crate) direct: usize,
    pub(crate) chunk: usize,
    pub(crate) round: usize,
}

/// What a product of these sizes costs one thread, in ns, with elements of `size` bytes and
/// this much for a multiply-add.
#[inline]
pub(crate) fn cost_ns(sides: [usize; 3], size: usize, step_ns: f64) -> f64 {
    let [m, k, n] = sides.map(|len| len as f64);
    (m * n * k * step_ns).max(tuning::traffic_ns((m * n + k * n + m * k) * size as f64))
}

impl Gemm {
    /// Whether to cut along k: where rows and columns give few tiles, or all of B does not
    /// stay in L2 and each tile would fetch it again, which none does for one row by columns
    /// that are contiguous; k is long, and the sums of a few
    /// K-blocks at least fit where they are to be added.
    #[inline]
    pub(crate) fn split(&self) -> Option<Split> {
        // As many as there could be: halves of halves, of whole units.
        let most = |len: usize, unit: usize| 1_usize << (len / unit).max(1).ilog2();
        let tiles = most(self.m, self.mr).saturating_mul(most(self.n, self.nr));
        let few = tiles <= tuning::MATMUL_SPLIT_TILES;
        let by_columns = self.m == 1 && self.b[0] == 1;
        let again = !by_columns && self.bytes(self.k, self.n) > self.b_bytes();
        let cost = self.cost_ns(self.m, self.k, self.n);
        if self.k <= tuning::MATMUL_SPLIT_MIN || !(few || again) || cost < tuning::MATMUL_SPLIT_NS {
            return None;
        }
        let bytes = self.m.saturating_mul(self.n).saturating_mul(self.size);
        let round = tuning::MATMUL_SPLIT_BYTES / bytes.max(1);
        if round < tuning::MATMUL_SPLIT_ROUND {
            return None;
        }
        let block_ns = self.cost_ns(self.m, K_BLOCK, self.n);
        let chunk = (tuning::MATMUL_SPLIT_CHUNK_NS / block_ns).ceil().max(1.0) as usize;
        let round = round.min(self.k.div_ceil(K_BLOCK));
        let share = tuning::MATMUL_SPLIT_DIRECT * round as f64 / self.threads as f64;
        let direct = share.min(tuning::MATMUL_CHUNK_NS / block_ns).max(1.0) as usize;
        Some(Split { direct, chunk, round })
    }

    /// What a product of these sizes costs one thread, in ns.
    #[inline]
    pub(crate) fn cost_ns(&self, m: usize, k: usize, n: usize) -> f64 {
        cost_ns([m, k, n], self.size, self.step_ns)
    }

    /// What the pool is told that work of `cost` ns costs: enough to be shared by those who
    /// are awake if the multiply-adds alone are, by what they are known to take. (Others take
    /// less than they are thought to: `i32` of 56^3 4.9 us and not 8.8, too short to share.)
    #[inline]
    pub(crate) fn seen_ns(&self, cost: f64) -> f64 {
        let steps = self.m as f64 * self.k as f64 * self.n as f64;
        let pays = |step_ns: f64| steps * step_ns >= tuning::MATMUL_AWAKE_MIN_NS;
        let shared = self.real_step_ns.is_some_and(pays) && tuning::PAR_MIN.get().is_none();
        if shared { cost.max(tuning::AWAKE_MIN_NS) } else { cost }
    }

    /// Bytes of a part of B.
    fn bytes(&self, k: usize, n: usize) -> f64 {
        k as f64 * n as f64 * self.size as f64
    }

    /// Bytes of B that stay in L2.
    #[inline]
    fn b_bytes(&self) -> f64 {
        self.l2 as f64 * tuning::MATMUL_B_OF_L2
    }

    /// The same where it is read as it lies.
    #[inline]
    fn plain_bytes(&self) -> f64 {
        (self.l2 as f64 * tuning::MATMUL_PLAIN_OF_L2).min(tuning::MATMUL_PLAIN_BYTES)
    }

    /// The cut of this product.
    #[inline]
    pub(crate) fn blocks(&self) -> Blocks {
        let cost = self.cost_ns(self.m, self.k, self.n);
        let small = self.seen_ns(cost) < tuning::AWAKE_MIN_NS && tuning::CHUNK.get().is_none();
        if small && self.bytes(self.k, self.n) <= self.b_bytes() {
            // One tile, whatever it is: no need to think long.
            let packing = if self.rows_lie_well() { Packing::None } else { Packing::Local };
            let (kc, nc) = (self.k.max(1), self.n);
            return Blocks {
                pack_a: false,
                packing,
                mc: self.m,
                kc,
                nc,
                units: [self.mr, self.nr],
                parts: [1; 2],
            };
        }
        self.cut(cost)
    }

    fn cut(&self, cost: f64) -> Blocks {
        let packing = self.packing(cost);
        let block = K_BLOCK.min(self.k.max(1));
        let shared = packing == Packing::Shared;
        // One K-block of a tile's part of B stays in L2; a run packs two such parts, and
        // its tiles go down one and then the other.
        let widest =
            (self.b_bytes() as usize / (self.size * block) / self.nr * self.nr).max(self.nr);
        let even = self.n.div_ceil(self.n.div_ceil(2 * widest)).next_multiple_of(self.nr);
        let nc = if shared { even.min(self.n) } else { self.n };
        let mut kc = if shared { block } else { self.k.max(1) };
        let across = if shared { 2.min(nc.div_ceil(self.nr)) } else { nc.div_ceil(widest) };
        let kept = if shared { self.b_bytes() } else { self.plain_bytes() };
        let resident = self.bytes(kc, nc.div_ceil(across)) <= kept;
        let runs = self.n.div_ceil(nc) * self.k.max(1).div_ceil(kc);
        let parts = self.parts(packing, cost / runs as f64, [self.m, nc], across, resident);
        let units = [self.mr, self.nr];
        let [rows, cols] = Tiles::new([self.m, nc], units, parts).largest();
        if !shared {
            // A token is looked at between two tiles.
            let block_ns = self.cost_ns(rows, K_BLOCK, cols);
            let blocks = (tuning::MATMUL_CHUNK_NS / block_ns).max(1.0) as usize;
            kc = kc.min(blocks.saturating_mul(K_BLOCK));
        }
        let mc = if resident && self.k > K_BLOCK { self.mr } else { self.m };
        // A row of micro-tiles reads A once for each of them: as it lies, if there
        // are few or if it lies well.
        let pack_a = self.a[1].unsigned_abs() > 1 && cols > 2 * self.nr && self.k > 1;
        Blocks { pack_a, packing, mc, kc, nc, units, parts }
    }

    /// Whether columns of B lie side by side.
    fn rows_lie_well(&self) -> bool {
        self.b[1] == 1 || self.n == 1
    }

    /// The cheapest thing to do with B.
    fn packing(&self, cost: f64) -> Packing {
        let panels = self.n.div_ceil(self.nr);
        let bytes = self.bytes(self.k, self.n);
        let copy = self.k as f64 * self.n as f64 * tuning::MATMUL_PACK_NS;
        let again =
            |rows: f64| (self.m as f64 / rows - 1.0).max(0.0) * bytes * tuning::MATMUL_FETCH_NS;
        // A copy soon pays one thread; two would fetch each other's half of it.
        let shared_out = self.threads > 1 && self.m <= tuning::MATMUL_PLAIN_ROWS;
        let kept = if shared_out { self.plain_bytes() } else { self.b_bytes() / 2.0 };
        let plain = if bytes <= kept { 0.0 } else { again(tuning::MATMUL_FETCH_ROWS) };
        let blocks = self.k.div_ceil(K_BLOCK) as f64;
        let shared = copy + blocks * tuning::MATMUL_RUN_NS;
        if self.k == 0 || self.rows_lie_well() && plain <= shared {
            return Packing::None;
        }
        // Only columns can be shared out then: each tile packs its own.
        let few = self.m <= tuning::MATMUL_LOCAL_ROWS;
        if !self.rows_lie_well() && few && (panels >= 4 || cost < 2.0 * tuning::CHUNK_NS) {
            return Packing::Local;
        }
        Packing::Shared
    }

    /// How many tiles are enough for a run that takes one thread so long.
    fn tiles_wanted(&self, packing: Packing, cost: f64) -> usize {
        let most = tuning::MATMUL_TILES * self.threads;
        let enough = match packing {
            Packing::Shared => most,
            // Few, so that a thread comes back to the rows of C that it has in cache.
            Packing::None | Packing::Local => ((cost / tuning::MATMUL_TILE_MAX_NS) as usize)
                .clamp(tuning::MATMUL_TILES_LEAST * self.threads, most),
        };
        enough.min((cost / tuning::MATMUL_TILE_NS) as usize)
    }

    /// How many parts rows and columns are cut into.
    fn parts(
        &self,
        packing: Packing,
        cost: f64,
        sides: [usize; 2],
        across: usize,
        resident: bool,
    ) -> [usize; 2] {
        let units = [self.mr, self.nr];
        let area = (sides[0].saturating_mul(sides[1])).saturating_mul(self.size);
        let (wanted, least) = match tuning::CHUNK.get() {
            Some(bytes) => ((area / (bytes as usize).max(1)).min(1 << 16), self.mr),
            None => {
                let least = if resident { self.mr } else { tuning::MATMUL_ROWS_MIN };
                (self.tiles_wanted(packing, cost), least)
            }
        };
        // A row on its way through B: no stretch of B's rows shorter than the prefetcher likes.
        let narrowest = if self.m == 1 && packing == Packing::None {
            tuning::MATMUL_ROW_COLS.next_multiple_of(self.nr)
        } else {
            self.nr
        };
        let narrowest = if tuning::CHUNK.get().is_some() { self.nr } else { narrowest };
        let mut parts = [1, across];
        while parts[0] * parts[1] < wanted {
            // By whole units, and no more than there is.
            let units_of = |i: usize| sides[i].div_ceil(units[i]) / parts[i] * units[i];
            let len = |i: usize| units_of(i).min(sides[i] / parts[i]);
            let rows = packing != Packing::Local;
            if rows && len(0) >= 2 * least {
                parts[0] *= 2;
            } else if len(1) >= 2 * narrowest {
                parts[1] *= 2;
            } else if rows && len(0) >= 2 * units[0] {
                parts[0] *= 2;
            } else {
                break;
            }
        }
        parts
    }
}

impl Blocks {
    /// The tiles of one run.
    #[inline]
    pub(crate) fn tiles(&self, m: usize, n: usize) -> Tiles {
        // Whoever works on a part of packed columns has it in L2.
        let down = self.packing == Packing::Shared;
        Tiles::new([m, n], self.units, self.parts).down(down)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gemm(m: usize, k: usize, n: usize) -> Gemm {
        let (a, b) = ([k as isize, 1], [n as isize, 1]);
        let (step_ns, real_step_ns) = (0.0114, Some(0.0174));
        Gemm {
            m,
            k,
            n,
            a,
            b,
            size: 4,
            mr: 8,
            nr: 48,
            step_ns,
            real_step_ns,
            l2: 2 << 20,
            threads: 2,
        }
    }

    #[test]
    fn what_is_done_with_b() {
        tuning::CHUNK.set(None); // the cut of real use, whatever the environment says
        let turned = |g: Gemm| Gemm { b: [1, g.k as isize], ..g };
        assert_eq!(gemm(64, 64, 64).blocks().packing, Packing::None);
        assert_eq!(gemm(256, 256, 256).blocks().packing, Packing::None);
        assert_eq!(gemm(2016, 2016, 2016).blocks().packing, Packing::Shared);
        assert_eq!(turned(gemm(2016, 2016, 2016)).blocks().packing, Packing::Shared);
        // A row or a few on a large matrix: a copy would cost more than it saves.
        assert_eq!(gemm(1, 4096, 4096).blocks().packing, Packing::None);
        assert_eq!(turned(gemm(1, 4096, 4096)).blocks().packing, Packing::Local);
        assert_eq!(gemm(16, 16, 1_000_000).blocks().packing, Packing::None);
        assert_eq!(turned(gemm(8, 8, 8)).blocks().packing, Packing::Local);
    }

    #[test]
    fn large_products_make_many_tiles_and_an_even_number() {
        tuning::CHUNK.set(None); // the cut of real use, whatever the environment says
        for n in [512, 1000, 1008, 1024, 2016, 2048, 3000, 4096] {
            let blocks = gemm(n, n, n).blocks();
            let tiles = blocks.tiles(n, blocks.nc).n();
            assert!(tiles >= 8 && tiles.is_multiple_of(2), "{n}: {tiles}");
        }
        let tiles = |n| gemm(n, n, n).blocks().tiles(n, n).n();
        assert_eq!([tiles(64), tiles(80)], [1, 2]);
    }

    #[test]
    fn k_is_cut_where_c_is_small_and_b_is_not() {
        tuning::CHUNK.set(None); // the cut of real use, whatever the environment says
        let cut = |m, k, n| gemm(m, k, n).split().is_some();
        assert!(cut(8, 1_000_000, 9) && cut(128, 4096, 128));
        // All of B stays in L2; the sums would not; k is short.
        assert!(!cut(64, 4096, 64) && !cut(512, 4096, 512) && !cut(128, 2048, 128));
    }

    #[test]
    fn no_sizes_overflow() {
        tuning::CHUNK.set(None); // the cut of real use, whatever the environment says
        for [m, k, n] in [[1 << 40, 1, 1], [1, 1 << 40, 1], [1, 1, 1 << 40], [1 << 40, 0, 1 << 20]]
        {
            let blocks = gemm(m, k, n).blocks();
            assert!(blocks.tiles(m, blocks.nc).n() > 0 && blocks.kc > 0);
        }
    }
}

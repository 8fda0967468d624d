//! A picture of mountains at dusk, drawn from nothing but its size.
//!
//! ```text
//! sky:   a gradient, the sun with its glow, stars above, thin clouds
//! hills: five ridges, far ones pale; a ridge is fractal noise along x
//!        and at the crest lit by the last light, with mist in the valleys
//! ```

use ndarray::Array3;

type Rgb = [f32; 3];

const RIDGES: usize = 5;

/// Draws the scene as height x width x 3.
pub(crate) fn scene(width: usize, height: usize) -> Array3<u8> {
    let (w, h) = (width as f32, height as f32);
    let ridges = ridges(width, w / h);
    let mut image = Array3::zeros((height, width, 3));
    // One allocation in C order: rows are slices of it.
    let pixels = image.as_slice_mut().expect("a new array is contiguous");
    for (y, row) in pixels.chunks_exact_mut(3 * width.max(1)).enumerate() {
        let v = (y as f32 + 0.5) / h;
        let light = Light::new(v);
        for (x, pixel) in row.as_chunks_mut::<3>().0.iter_mut().enumerate() {
            let u = (x as f32 + 0.5) / h;
            let color = match (0..RIDGES).rev().find(|&i| v > ridges[i][x]) {
                Some(i) => hill(i, u, v, v - ridges[i][x]),
                None => light.sky(u, v, w / h, (x, y)),
            };
            // A little grain, as a sensor has.
            let grain = (hash(x as u32, y as u32) - 0.5) * 0.02;
            *pixel = color.map(|c| (255.0 * (c + grain) + 0.5).clamp(0.0, 255.0) as u8);
        }
    }
    image
}

/// Where each ridge stands in each column, as a part of the height; far ones first.
fn ridges(width: usize, aspect: f32) -> [Vec<f32>; RIDGES] {
    std::array::from_fn(|i| {
        let near = i as f32 / (RIDGES - 1) as f32;
        let (base, tall) = (0.50 + 0.38 * near, 0.20 - 0.07 * near);
        (0..width)
            .map(|x| {
                let u = (x as f32 + 0.5) / width as f32 * aspect;
                let mut height = 0.0;
                let (mut scale, mut part) = (1.7 + 1.1 * near, 0.55);
                for octave in 0..8 {
                    let n = noise_1d(u * scale, (i * 16 + octave) as u32);
                    // Folded noise has sharp crests, as rock has; near hills are round.
                    let crest = 1.0 - (2.0 * n - 1.0).abs();
                    height += part * (crest + (n - crest) * near);
                    scale *= 2.1;
                    part *= 0.48;
                }
                base - tall * (height - 0.35)
            })
            .collect()
    })
}

/// What one row of the sky has in common.
struct Light {
    air: Rgb,
    cloud: f32,
    stars: f32,
}

impl Light {
    fn new(v: f32) -> Self {
        const SKY: [(f32, Rgb); 5] = [
            (0.0, [0.03, 0.05, 0.16]),
            (0.25, [0.12, 0.14, 0.36]),
            (0.42, [0.45, 0.28, 0.46]),
            (0.55, [0.93, 0.50, 0.36]),
            (0.68, [1.00, 0.80, 0.50]),
        ];
        let i = SKY.iter().rposition(|(at, _)| *at <= v).unwrap_or(0).min(SKY.len() - 2);
        let ((from, a), (to, b)) = (SKY[i], SKY[i + 1]);
        let t = ((v - from) / (to - from)).clamp(0.0, 1.0);
        let stars = (1.0 - v / 0.36).clamp(0.0, 1.0);
        Self { air: mix(a, b, t), cloud: (1.0 - (v - 0.33).abs() / 0.2).max(0.0), stars }
    }

    fn sky(&self, u: f32, v: f32, aspect: f32, (x, y): (usize, usize)) -> Rgb {
        let mut color = self.air;
        if self.cloud > 0.0 {
            let thick = fractal(u * 1.5, v * 9.0, 5, 7) - 0.48;
            color = mix(color, [1.0, 0.62, 0.50], (3.0 * thick).clamp(0.0, 1.0) * self.cloud);
        }
        let (dx, dy) = (u - 0.63 * aspect, v - 0.47);
        let r2 = dx * dx + dy * dy;
        let glow = 0.55 / (1.0 + 60.0 * r2);
        color = mix(color, [1.0, 0.72, 0.38], glow);
        let disc = ((0.045 - r2.sqrt()) * 400.0).clamp(0.0, 1.0);
        color = mix(color, [1.0, 0.96, 0.82], disc);
        if self.stars > 0.0 && hash(x as u32 ^ 0x5bd1, y as u32) > 0.9993 {
            let bright = self.stars * (0.3 + 0.7 * hash(x as u32, y as u32 ^ 0x9e37));
            color = mix(color, [1.0, 1.0, 0.95], bright);
        }
        color
    }
}

/// Ridge `i` at `depth` below its crest.
fn hill(i: usize, u: f32, v: f32, depth: f32) -> Rgb {
    const FAR: Rgb = [0.62, 0.42, 0.46];
    const NEAR: Rgb = [0.035, 0.055, 0.060];
    let near = i as f32 / (RIDGES - 1) as f32;
    let rough = fractal(u * (10.0 + 30.0 * near), v * (14.0 + 30.0 * near), i as u32 + 40, 3);
    let shade = 1.0 + (rough - 0.5) * (0.25 + 0.9 * near);
    let body = mix(FAR, NEAR, near.sqrt()).map(|c| c * shade);
    // Mist lies in the valleys; the crest catches the last light.
    let mist = (depth * 2.6).clamp(0.0, 0.55) * (1.0 - near);
    let rim = (1.0 - depth * 90.0).max(0.0) * 0.35 * (1.0 - 0.6 * near);
    mix(mix(body, [0.86, 0.58, 0.50], mist), [1.0, 0.70, 0.45], rim)
}

fn mix(a: Rgb, b: Rgb, t: f32) -> Rgb {
    std::array::from_fn(|i| a[i] + (b[i] - a[i]) * t)
}

/// A number in 0..1 from two whole numbers.
fn hash(x: u32, y: u32) -> f32 {
    let mut n = x.wrapping_mul(0x9E37_79B1) ^ y.wrapping_mul(0x85EB_CA77);
    n = (n ^ (n >> 15)).wrapping_mul(0x2C1B_3C6D);
    n = (n ^ (n >> 12)).wrapping_mul(0x297A_2D39);
    ((n ^ (n >> 15)) >> 8) as f32 / (1 << 24) as f32
}

fn smooth(t: f32) -> f32 {
    t * t * (3.0 - 2.0 * t)
}

/// Value noise along a line.
fn noise_1d(x: f32, seed: u32) -> f32 {
    let (i, t) = (x as u32, smooth(x.fract()));
    let (a, b) = (hash(i, seed), hash(i + 1, seed));
    a + (b - a) * t
}

/// Value noise in the plane, for coordinates from 0 on.
fn noise_2d(x: f32, y: f32, seed: u32) -> f32 {
    let (i, j) = (x as u32, (y as u32).wrapping_add(seed.wrapping_mul(7919)));
    let (s, t) = (smooth(x.fract()), smooth(y.fract()));
    let above = hash(i, j) + (hash(i + 1, j) - hash(i, j)) * s;
    let below = hash(i, j + 1) + (hash(i + 1, j + 1) - hash(i, j + 1)) * s;
    above + (below - above) * t
}

/// Octaves of noise, each half as strong and twice as fine.
fn fractal(x: f32, y: f32, seed: u32, octaves: u32) -> f32 {
    let (mut sum, mut part, mut scale) = (0.0, 0.5, 1.0);
    for octave in 0..octaves {
        sum += part * noise_2d(x * scale, y * scale, seed + octave);
        part *= 0.5;
        scale *= 2.0;
    }
    sum / (1.0 - part * 2.0 + f32::EPSILON)
}

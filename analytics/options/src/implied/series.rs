//! The normalised Black function at small total deviation, as a series in two variables.
//!
//! With Mills' ratio R, `a = x / s` and `t = s / 2`,
//!
//! `(R(a - t) - R(a + t)) / (2 t) = P(y, z) - a R(a) e^(z / 2) sinh(sqrt y) / sqrt y`, `y = (a t)^2`, `z = t^2`,
//! `P(y, z) = integral over r from 0 to 1 of e^(z (1 - r^2) / 2) cosh(sqrt y (1 - r))`,
//!
//! found by writing each tail as the one at a less the piece between. Its coefficients are rational:
//! `1 / ((2 i)! 2^j j!)` times the integral of `(1 - r)^(2 i) (1 - r^2)^j`. All terms are positive
//! and the one subtraction left costs an absolute error of a few units of 1, which is what the
//! deviation is sensitive to.

/// `P(y, z)` for y and z below 0.07; what is left out is below 3e-17.
#[inline(always)]
pub(super) fn between(y: f64, z: f64) -> f64 {
    let z2 = z * z;
    let z4 = z2 * z2;
    let quad = |c: &[f64], at: usize| (c[at] + c[at + 1] * z) + (c[at + 2] + c[at + 3] * z) * z2;
    let row_0 = quad(&ROW_0, 0) + quad(&ROW_0, 4) * z4;
    let row_1 = quad(&ROW_1, 0) + quad(&ROW_1, 4) * z4;
    let row_2 = quad(&ROW_2, 0) + ((ROW_2[4] + ROW_2[5] * z) + ROW_2[6] * z2) * z4;
    let row_3 = quad(&ROW_3, 0) + ROW_3[4] * z4;
    let row_4 = quad(&ROW_4, 0);
    let row_5 = ROW_5[0] + ROW_5[1] * z;
    let y2 = y * y;
    (row_0 + row_1 * y) + ((row_2 + row_3 * y) + (row_4 + row_5 * y) * y2) * y2
}

/// `e^(z / 2) sinh(sqrt y) / sqrt y` for y and z below 0.07.
#[inline(always)]
pub(super) fn growth(y: f64, z: f64) -> f64 {
    let (z2, y2) = (z * z, y * y);
    let e = |k: usize| EXP[k] + EXP[k + 1] * z;
    let s = |k: usize| SINH[k] + SINH[k + 1] * y;
    let exp = (e(0) + e(2) * z2) + (e(4) + e(6) * z2) * (z2 * z2);
    let sinh = s(0) + (s(2) + s(4) * y2) * y2;
    exp * sinh
}

/// Of `y^0`, by powers of z.
const ROW_0: [f64; 8] = [
    1.0,
    0.333_333_333_333_333_3,
    0.066_666_666_666_666_67,
    0.009_523_809_523_809_525,
    0.001_058_201_058_201_058_3,
    9.620_009_620_009_62e-5,
    7.400_007_400_007_4e-6,
    4.933_338_266_671_6e-7,
];

/// Of `y^1`, by powers of z.
const ROW_1: [f64; 8] = [
    0.166_666_666_666_666_66,
    0.075,
    0.017_261_904_761_904_763,
    0.002_686_838_624_338_624,
    0.000_316_783_910_533_910_54,
    3.009_866_291_116_291_3e-5,
    2.396_571_406_988_073_6e-6,
    1.642_955_313_681_416_7e-7,
];

/// Of `y^2`, by powers of z.
const ROW_2: [f64; 7] = [
    0.008_333_333_333_333_333,
    0.003_968_253_968_253_968,
    0.000_950_727_513_227_513_2,
    0.000_152_567_340_067_340_06,
    1.843_016_165_932_832_7e-5,
    1.786_408_036_408_036_4e-6,
    1.446_509_517_511_355_8e-7,
];

/// Of `y^3`, by powers of z.
const ROW_3: [f64; 5] = [
    0.000_198_412_698_412_698_4,
    9.645_061_728_395_061e-5,
    2.349_887_766_554_433e-5,
    3.824_300_699_300_699e-6,
    4.675_590_613_090_613e-7,
];

/// Of `y^4`, by powers of z.
const ROW_4: [f64; 4] =
    [2.755_731_922_398_589_3e-6, 1.352_813_852_813_852_8e-6, 3.324_222_074_222_074e-7, 5.450_898_308_041_165e-8];

/// Of `y^5`, by powers of z.
const ROW_5: [f64; 2] = [2.505_210_838_544_172e-8, 1.236_546_375_435_264_3e-8];

/// `e^(z / 2)`.
const EXP: [f64; 8] = [
    1.0,
    0.5,
    0.125,
    0.020_833_333_333_333_332,
    0.002_604_166_666_666_666_5,
    0.000_260_416_666_666_666_66,
    2.170_138_888_888_889e-5,
    1.550_099_206_349_206_3e-6,
];

/// `sinh(sqrt y) / sqrt y`.
const SINH: [f64; 6] = [
    1.0,
    0.166_666_666_666_666_66,
    0.008_333_333_333_333_333,
    0.000_198_412_698_412_698_4,
    2.755_731_922_398_589_3e-6,
    2.505_210_838_544_172e-8,
];

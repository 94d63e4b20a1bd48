import Foundation

/// The regularized incomplete beta function I_x(a, b): the chance that a Beta(a, b) variable is at most `x`.
///
/// Evaluated by its continued fraction (DLMF 8.17.22) with the modified Lentz method, to about 14 digits.
/// - Parameters:
///   - x: 0 to 1.
///   - a: above 0.
///   - b: above 0.
package func incompleteBeta(_ x: Double, _ a: Double, _ b: Double) -> Double {
  guard x > 0 else { return 0 }
  guard x < 1 else { return 1 }
  // The fraction converges quickly only left of the mean; the other side follows by symmetry.
  if x > (a + 1) / (a + b + 2) { return 1 - incompleteBeta(1 - x, b, a) }
  let front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log1p(-x)) / a
  return front * fraction(x, a, b)
}

private func fraction(_ x: Double, _ a: Double, _ b: Double) -> Double {
  let tiny = 1e-300
  func solid(_ value: Double) -> Double { abs(value) < tiny ? tiny : value }
  var c = 1.0
  var d = 1 / solid(1 - (a + b) * x / (a + 1))
  var value = d
  for m in 1...10_000 {
    let m = Double(m)
    let even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
    d = 1 / solid(1 + even * d)
    c = solid(1 + even / c)
    value *= d * c
    let odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
    d = 1 / solid(1 + odd * d)
    c = solid(1 + odd / c)
    let step = d * c
    value *= step
    if abs(step - 1) < 1e-15 { break }
  }
  return value
}

/// The `x` at which ``incompleteBeta(_:_:_:)`` reaches `probability`, by bisection to the last bits.
package func betaQuantile(_ probability: Double, _ a: Double, _ b: Double) -> Double {
  var (low, high) = (0.0, 1.0)
  for _ in 0..<200 {
    let middle = (low + high) / 2
    if middle <= low || middle >= high { break }
    if incompleteBeta(middle, a, b) < probability { low = middle } else { high = middle }
  }
  return (low + high) / 2
}

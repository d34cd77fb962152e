/**
 * Max-min fair shares of a capacity: nobody gets more than it demands while another who wants more gets less, and what nobody
 * demands is spread evenly, so that a cell with a sudden need is not held to its past. Bertsekas and Gallager, Data Networks,
 * section 6.5.2. Depends on the order of `demands` only through rounding, so every worker computes the same bits.
 */
export function maxMinShares(demands: Float64Array, capacity: number): Float64Array {
  const count = demands.length;
  const order = Array.from(demands.keys()).sort((a, b) => demands[a] - demands[b] || a - b);
  const shares = new Float64Array(count);
  let left = capacity;
  for (let i = 0; i < count; i++) {
    const cell = order[i];
    shares[cell] = Math.min(demands[cell], left / (count - i));
    left -= shares[cell];
  }
  const spare = Math.max(0, left) / count;
  for (let cell = 0; cell < count; cell++) shares[cell] += spare;
  return shares;
}

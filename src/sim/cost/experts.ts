/**
 * How many experts of a sparse layer a batch touches, and how uneven expert parallelism leaves it.
 *
 * Routing is taken as uniform: each token picks `top_k` distinct experts of `experts`, independently of other tokens. Real
 * routers are trained towards that (auxiliary or bias balancing) and stay somewhat skewed, which touches fewer experts and
 * loads the busiest rank more.
 */

/** Expected number of distinct experts that `tokens` tokens touch: E·(1 − (1 − k/E)^n). */
export function distinctExperts(experts: number, topK: number, tokens: number): number {
  return experts * (1 - (1 - topK / experts) ** tokens);
}

/** Mean of the largest of `n` standard normals, by the Gumbel limit with its second-order term; 0 for one. */
function meanMaxNormal(n: number): number {
  if (n <= 1) return 0;
  if (n === 2) return 1 / Math.sqrt(Math.PI);
  const scale = Math.sqrt(2 * Math.log(n));
  return scale - (Math.log(Math.log(n)) + Math.log(4 * Math.PI)) / (2 * scale) + 0.5772156649 / scale;
}

/** Above this mean a Poisson count is close enough to a normal one, and e^−mean still far from underflow. */
const NORMAL_MEAN = 50;

/**
 * Expected number of (token, expert) pairs on the busiest of `ranks` ranks, experts dealt evenly: largest of `ranks`
 * independent counts, Poisson while the mean is small, normal beyond.
 */
export function busiestPairs(experts: number, topK: number, ranks: number, tokens: number): number {
  const mean = (tokens * topK) / ranks;
  const most = tokens * Math.min(topK, experts / ranks);
  if (ranks === 1) return mean;
  if (mean > NORMAL_MEAN) {
    const variance = (mean * (1 - 1 / ranks) * (experts - topK)) / Math.max(1, experts - 1);
    return Math.min(most, mean + meanMaxNormal(ranks) * Math.sqrt(variance));
  }
  // E[max] = Σ_j P(max > j) = Σ_j 1 − F(j)^ranks.
  let term = Math.exp(-mean);
  let below = term;
  let expected = 0;
  for (let j = 0; j < most; j++) {
    const above = 1 - below ** ranks;
    expected += above;
    if (above < 1e-9) break;
    term *= mean / (j + 1);
    below = Math.min(1, below + term);
  }
  return Math.min(most, Math.max(mean, expected));
}

/** Expected number of distinct experts that the rank with the most of them has to read. */
export function busiestDistinct(experts: number, topK: number, ranks: number, tokens: number): number {
  const held = experts / ranks;
  const share = distinctExperts(experts, topK, tokens) / experts;
  const spread = meanMaxNormal(ranks) * Math.sqrt(held * share * (1 - share));
  return Math.min(held, tokens * Math.min(topK, held), held * share + spread);
}

// One moment, shared by charts: move the cursor in one and every chart says its figures there.
function newCursor() {
  return {
    at: null,
    followers: [],
    follow(tell) { this.followers.push(tell); },
    move(at) {
      this.at = at;
      for (const tell of this.followers) tell(at);
    },
  };
}

const cursor = newCursor();

// The index of the last time that is not after `at`, or -1; times rise.
function indexAt(times, at) {
  let low = 0, high = times.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (times[middle] <= at) low = middle + 1; else high = middle;
  }
  return low - 1;
}

// What charts show: one column of times, in seconds, and one for each series.
const intervalMs = Number(document.body.dataset.interval);
const historyMs = Number(document.body.dataset.history);

function createHistory(seriesCount) {
  const columns = [[], ...Array.from({ length: seriesCount }, () => [])];
  return {
    columns,
    push(timeMs, values) {
      const times = columns[0];
      const last = times.at(-1);
      const time = timeMs / 1000;
      if (last !== undefined && time <= last) return;

      // A line must not join what was before a break with what came after.
      if (last !== undefined && timeMs - last * 1000 > intervalMs * 2.5 + 1000) append(last + 0.001, values.map(() => null));
      append(time, values.map(value => value ?? null));
      while (times[0] < time - historyMs / 1000) columns.forEach(column => column.shift());
    },
  };

  function append(time, values) {
    columns[0].push(time);
    values.forEach((value, i) => columns[i + 1].push(value));
  }
}

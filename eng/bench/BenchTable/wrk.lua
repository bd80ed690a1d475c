-- What wrk counted, exactly: answers, bytes, microseconds, and what went wrong.
function done(summary)
  local errors = summary.errors
  io.write(string.format("counted %d %d %d %d\n", summary.requests, summary.bytes, summary.duration,
    errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end

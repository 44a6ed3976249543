-- `browser.rules.pace` at the server: the same sums in the same order, so that both give the same
-- numbers. A host is a hash: until, strikes, status, and for each rate a:NAME, its arrival time,
-- and i:NAME, the interval that was reckoned with.
-- KEYS: the note of `meet.lua` and the host; for look, hosts.
-- ARGV: what to do, time, then what that takes.

local now = clock(ARGV[2])

local function read(key)
  local host = { ['until'] = 0, strikes = 0, status = 0, arrivals = {}, intervals = {} }
  local flat = redis.call('HGETALL', key)
  for n = 1, #flat, 2 do
    local kind, name = string.sub(flat[n], 1, 2), string.sub(flat[n], 3)
    if kind == 'a:' then
      host.arrivals[name] = tonumber(flat[n + 1])
    elseif kind == 'i:' then
      host.intervals[name] = tonumber(flat[n + 1])
    else
      host[flat[n]] = tonumber(flat[n + 1])
    end
  end
  return host
end

-- Kept until forgetting changes nothing, and a little longer: the clock may be put back.
local function write(key, host)
  local last = host['until'] + host.strikes * DECAY
  local flat = { 'until', text(host['until']), 'strikes', host.strikes, 'status', host.status }
  for name, arrival in pairs(host.arrivals) do
    last = math.max(last, arrival)
    flat[#flat + 1], flat[#flat + 2] = 'a:' .. name, text(arrival)
  end
  for name, interval in pairs(host.intervals) do
    flat[#flat + 1], flat[#flat + 2] = 'i:' .. name, text(interval)
  end
  redis.call('HSET', key, unpack(flat))
  local left = math.max(last - now, 0) * 1000 + SPARE
  redis.call('PEXPIRE', key, string.format('%.0f', math.min(left, 1e14)))
end

local function rescale(host, rates)
  local changed = false
  for _, rate in ipairs(rates) do
    local old = host.intervals[rate.name]
    if old and old ~= rate.interval and rate.name ~= CRAWL_DELAY then
      local debt = math.max(0, host.arrivals[rate.name] - now)
      local scaled = debt * (rate.interval / old)
      local most = math.max(debt, rate.burst * rate.interval)
      host.arrivals[rate.name] = now + math.min(scaled, most)
      host.intervals[rate.name] = rate.interval
      changed = true
    end
  end
  return changed
end

-- What the server may have forgotten: that a host had used up its burst.
local function lost_at(key, run)
  local lost = redis.call('HGET', key, 'lost')
  if not lost then  -- everything was deleted while we were connected
    lost = text(now)
    redis.call('HSET', key, 'run', run, 'lost', lost)
  end
  return tonumber(lost)
end

local act = {}

-- max_wait, run id, then name, interval, burst and 1 (0: may start anew) of each rate.
function act.reserve()
  local max_wait, rates = tonumber(ARGV[3]), {}
  for n = 5, #ARGV, 4 do
    rates[#rates + 1] = {
      name = ARGV[n], interval = tonumber(ARGV[n + 1]), burst = tonumber(ARGV[n + 2]),
      spent = ARGV[n + 3] == '1',
    }
  end
  local host = read(KEYS[2])
  local changed = rescale(host, rates)
  local lost = lost_at(KEYS[1], ARGV[4])
  if lost > 0 then
    for _, rate in ipairs(rates) do
      if rate.spent then
        local least = lost + rate.burst * rate.interval
        host.arrivals[rate.name] = math.max(host.arrivals[rate.name] or 0, least)
      end
    end
  end
  local start, held_by = now, ''
  if host['until'] > start then
    start, held_by = host['until'], 'site'
  end
  for _, rate in ipairs(rates) do
    local earliest = (host.arrivals[rate.name] or 0) - (rate.burst - 1) * rate.interval
    if earliest > start then
      start, held_by = earliest, rate.name
    end
  end
  local wait = start - now
  local granted = wait <= max_wait
  local reply = { granted and 1 or 0, text(wait), held_by, held_by == 'site' and host.status or 0 }
  if granted then
    for _, rate in ipairs(rates) do
      local before = host.arrivals[rate.name] or 0
      local after = math.max(before, start) + rate.interval
      host.arrivals[rate.name], host.intervals[rate.name] = after, rate.interval
      reply[#reply + 1], reply[#reply + 2] = text(after), text(before)
      changed = true
    end
  end
  if changed then
    write(KEYS[2], host)
  end
  return reply
end

-- name, arrival after, arrival before of each rate.
function act.give_back()
  local host = read(KEYS[2])
  for n = 3, #ARGV, 3 do
    if (host.arrivals[ARGV[n]] or -1) ~= tonumber(ARGV[n + 1]) then
      return 0
    end
  end
  for n = 3, #ARGV, 3 do
    host.arrivals[ARGV[n]] = tonumber(ARGV[n + 2])
  end
  write(KEYS[2], host)
  return 1
end

-- Retry-After or empty, status, a random number from 0 to 1.
function act.back_off()
  local host = read(KEYS[2])
  local quiet = math.max(now - host['until'], 0)
  local strikes = math.max(host.strikes - math.floor(quiet / DECAY), 0) + 1
  local pause
  if ARGV[3] == '' then
    local longest = math.min(FIRST_PAUSE * 2 ^ math.min(strikes - 1, 10), MAX_PAUSE)
    pause = longest / 2 + longest / 2 * tonumber(ARGV[5])
  else
    pause = math.min(math.max(tonumber(ARGV[3]), MIN_PAUSE), MAX_PAUSE)
  end
  host['until'] = math.max(host['until'], now + pause)
  host.strikes, host.status = strikes, tonumber(ARGV[4])
  write(KEYS[2], host)
  return { text(host['until'] - now), text(host['until']), strikes }
end

function act.relax()
  local host = read(KEYS[2])
  if host.strikes == 0 then
    return 0
  end
  host.strikes = 0
  write(KEYS[2], host)
  return 1
end

-- until, strikes, status: a pause that the caller remembers and the server may not.
function act.teach()
  local host = read(KEYS[2])
  if tonumber(ARGV[3]) > host['until'] then
    host['until'], host.status = tonumber(ARGV[3]), tonumber(ARGV[5])
  end
  host.strikes = math.max(host.strikes, tonumber(ARGV[4]))
  write(KEYS[2], host)
  return 1
end

function act.look()
  local reply = { text(now) }
  for _, key in ipairs(KEYS) do
    reply[#reply + 1] = redis.call('HGETALL', key)
  end
  return reply
end

return act[ARGV[1]]()

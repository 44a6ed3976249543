-- `browser.rules.pace` at the server: the same sums in the same order, so that both give the same
-- numbers. A host is a hash: until, strikes, status, and for each rate a:NAME, its arrival time,
-- i:NAME, the interval that was reckoned with, r:NAME, the revision of that, and s:NAME, the
-- arrival time of what was sent.
-- KEYS: the note of `meet.lua` and the host; for go, several; for look, hosts alone.
-- ARGV: what to do, time, then what that takes.

local now = clock(ARGV[2])

local kinds = { ['a:'] = 'arrivals', ['i:'] = 'intervals', ['r:'] = 'revisions', ['s:'] = 'sent' }

local function read(key)
  local host = { ['until'] = 0, strikes = 0, status = 0 }
  for _, kind in pairs(kinds) do
    host[kind] = {}
  end
  local flat = redis.call('HGETALL', key)
  for n = 1, #flat, 2 do
    local kind = kinds[string.sub(flat[n], 1, 2)]
    if kind then
      host[kind][string.sub(flat[n], 3)] = tonumber(flat[n + 1])
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
  for prefix, kind in pairs(kinds) do
    for name, value in pairs(host[kind]) do
      flat[#flat + 1], flat[#flat + 2] = prefix .. name, text(value)
      if kind == 'arrivals' or kind == 'sent' then
        last = math.max(last, value)
      end
    end
  end
  redis.call('HSET', key, unpack(flat))
  local left = math.max(last - now, 0) * 1000 + SPARE
  redis.call('PEXPIRE', key, string.format('%.0f', math.min(left, 1e14)))
end

-- Those in ARGV from n on: name, interval, burst, 1 (0: may start anew) and revision of each.
local function rates_from(n, count)
  local rates = {}
  for _ = 1, count do
    rates[#rates + 1] = {
      name = ARGV[n], interval = tonumber(ARGV[n + 1]), burst = tonumber(ARGV[n + 2]),
      spent = ARGV[n + 3] == '1', revision = tonumber(ARGV[n + 4]),
    }
    n = n + 5
  end
  return rates, n
end

local function rescale(host, rates)
  local changed = false
  for _, rate in ipairs(rates) do
    local old, name = host.intervals[rate.name], rate.name
    local known = host.revisions[name] or 0
    local newer = rate.revision > known or rate.revision == known and old and rate.interval > old
    if old and newer and name ~= CRAWL_DELAY then
      for _, kept in ipairs({ host.arrivals, host.sent }) do
        if kept[name] then
          local debt = math.max(0, kept[name] - now)
          local scaled = debt * (rate.interval / old)
          kept[name] = now + math.min(scaled, math.max(debt, rate.burst * rate.interval))
        end
      end
      host.intervals[name], host.revisions[name] = rate.interval, rate.revision
      changed = true
    end
  end
  return changed
end

-- Sets rate.held, the interval that holds, whatever the caller has heard of changes.
local function hold(host, rates)
  for _, rate in ipairs(rates) do
    local name = rate.name
    local interval, same = host.intervals[name], rate.revision == (host.revisions[name] or 0)
    local owed = math.max(host.arrivals[name] or 0, host.sent[name] or 0) > now
    if not interval or name == CRAWL_DELAY or same and not owed then
      interval = rate.interval
    end
    rate.held = interval
  end
end

-- Remembers which intervals were reckoned with.
local function note(host, rates)
  for _, rate in ipairs(rates) do
    host.intervals[rate.name] = rate.held
    host.revisions[rate.name] = math.max(rate.revision, host.revisions[rate.name] or 0)
  end
end

-- When the next one may come by some arrival times, and what holds it until then.
local function soonest(host, arrivals, rates, early)
  local start, held_by = now, ''
  if host['until'] > start then
    start, held_by = host['until'], 'site'
  end
  for _, rate in ipairs(rates) do
    local earliest = (arrivals[rate.name] or 0) - (rate.burst - 1) * rate.held - early
    if earliest > start then
      start, held_by = earliest, rate.name
    end
  end
  return start - now, held_by, held_by == 'site' and host.status or 0
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

local function owe(arrivals, rates, lost)
  if lost > 0 then
    for _, rate in ipairs(rates) do
      if rate.spent then
        arrivals[rate.name] = math.max(arrivals[rate.name] or 0, lost + rate.burst * rate.held)
      end
    end
  end
end

local act = {}

-- max_wait, run id, then the rates.
function act.reserve()
  local max_wait, rates = tonumber(ARGV[3]), rates_from(5, (#ARGV - 4) / 5)
  local host = read(KEYS[2])
  local changed = rescale(host, rates)
  hold(host, rates)
  owe(host.arrivals, rates, lost_at(KEYS[1], ARGV[4]))
  local wait, held_by, status = soonest(host, host.arrivals, rates, 0)
  local granted = wait <= max_wait
  local reply = { granted and 1 or 0, text(wait), held_by, status }
  if granted then
    note(host, rates)
    for _, rate in ipairs(rates) do
      local name = rate.name
      local before = host.arrivals[name] or 0
      local after = math.max(before, now + wait) + rate.held
      host.arrivals[name] = after
      reply[#reply + 1], reply[#reply + 2] = text(after), text(before)
      changed = true
    end
  end
  if changed then
    write(KEYS[2], host)
  end
  return reply
end

-- run id, then for each host how many rates, and the rates. All may go or none.
function act.go()
  local lost, n, hosts, longest = lost_at(KEYS[1], ARGV[3]), 4, {}, nil
  for k = 2, #KEYS do
    local rates, host = nil, read(KEYS[k])
    rates, n = rates_from(n + 1, tonumber(ARGV[n]))
    rescale(host, rates)
    hold(host, rates)
    owe(host.sent, rates, lost)
    local wait, held_by, status = soonest(host, host.sent, rates, TOLERANCE)
    if wait > 0 and (not longest or wait > longest) then
      longest = wait
      hosts.reply = { 0, text(wait), held_by, status }
    end
    note(host, rates)
    for _, rate in ipairs(rates) do
      host.sent[rate.name] = math.max(host.sent[rate.name] or 0, now) + rate.held
    end
    hosts[k] = #rates > 0 and host or nil
  end
  if longest then
    return hosts.reply
  end
  for k = 2, #KEYS do
    if hosts[k] then
      write(KEYS[k], hosts[k])
    end
  end
  return { 1, '0', '', 0 }
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

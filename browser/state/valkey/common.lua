-- Stands before every script. ARGV[given] is the time a test goes by, or empty.

local function clock(given)
  if given ~= '' then
    return tonumber(given)
  end
  local time = redis.call('TIME')
  return tonumber(time[1]) + tonumber(time[2]) / 1000000
end

-- A number as text: Lua's numbers lose their fraction on the way to the client.
local function text(number)
  return string.format('%.17g', number)
end

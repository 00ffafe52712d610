-- What wrk sends: wrk -s load.lua URL -- BODY CLIENTS PREFIX PAUSE
--   BODY     a file with a JSON body in which @ID@ stands for the client's id
--   CLIENTS  ids PREFIX0 to PREFIX(CLIENTS - 1) at random; 0: another id for each request, from PREFIX0 on
--   PAUSE    milliseconds before each request; 0: none
-- The environment's WRK_PORTS is a list of ports: each thread of wrk takes the next one. The last line is a JSON object.

local threads = 0
local ports = {}
for port in (os.getenv('WRK_PORTS') or ''):gmatch('%d+') do ports[#ports + 1] = port end

function setup(thread)
  if #ports > 0 then thread.addr = wrk.lookup(wrk.host, ports[threads % #ports + 1])[1] end
  threads = threads + 1
  thread:set('number', threads)
end

function init(args)
  local file = assert(io.open(args[1], 'rb'))
  local before, after = file:read('*a'):match('^(.*)@ID@(.*)$')
  file:close()
  local clients, prefix, pause = tonumber(args[2]), args[3], tonumber(args[4])
  wrk.headers['Content-Type'] = 'application/json'
  local sent = 0
  math.randomseed(number)

  function request()
    local id = prefix .. (clients > 0 and math.random(0, clients - 1) or number .. '-' .. sent)
    sent = sent + 1
    return wrk.format('POST', nil, nil, before .. id .. after)
  end

  if pause > 0 then
    function delay() return pause end
  end
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    '{"requests":%d,"seconds":%f,"p50":%f,"p99":%f,"max":%f,"refused":%d,"broken":%d}\n',
    summary.requests, summary.duration / 1e6,
    latency:percentile(50) / 1e3, latency:percentile(99) / 1e3, latency.max / 1e3,
    errors.status, errors.connect + errors.read + errors.write + errors.timeout))
end

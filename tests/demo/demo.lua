--- The demo: starts three polecats, looks at them, talks to them, stops them, and prints what a
--- person would see. The first thing that does not work ends it, with the logs.
local polecat = require('polecat')

local PATIENCE_MS = 30000
local STARTED = vim.uv.hrtime()

local function say(...)
  io.write(string.format(...), '\n')
  io.flush()
end

--- The end of every log of this run, for who has to find out.
local function logs()
  local function is_log(name)
    return vim.endswith(name, '.log')
  end
  for _, file in ipairs(vim.fs.find(is_log, { path = vim.fn.stdpath('state'), limit = 9 })) do
    say('--- %s', file)
    for _, line in ipairs(vim.list_slice(vim.fn.readfile(file, '', -25))) do
      say('%s', line)
    end
  end
end

local function finish(ok, why)
  for _, note in ipairs(_G.notified) do
    say('message: %s', note.message)
  end
  if ok then
    say('\ndemo: everything worked, in %.1f s', (vim.uv.hrtime() - STARTED) / 1e9)
    vim.cmd('qall!')
  else
    say('\ndemo FAILED: %s', why)
    logs()
    vim.cmd('cquit 1')
  end
end

--- Goes on with the demo from a callback; what fails in it ends the demo.
local function resume(thread, ...)
  local ok, why = coroutine.resume(thread, ...)
  if not ok then
    finish(false, why)
  end
end

--- Runs an operation of the plugin and waits for its callback, while the editor goes on.
local function await(method, ...)
  local thread = coroutine.running()
  local args, count = { ... }, select('#', ...)
  args[count + 1] = function(err, result)
    vim.schedule(function()
      resume(thread, err, result)
    end)
  end
  say('%s(%s)', method, table.concat(vim.tbl_map(vim.inspect, { ... }), ', '):gsub('%s+', ' '))
  polecat[method](unpack(args, 1, count + 1))
  local err, result = coroutine.yield()
  if err then
    error(('%s: %s: %s'):format(method, err.code, err.message), 0)
  end
  return result
end

local function lines_of(name)
  local buffer = vim.fn.bufnr('^' .. name .. '$')
  return buffer > 0 and vim.api.nvim_buf_get_lines(buffer, 0, -1, false) or {}
end

--- Waits until each of `parts` stands in the buffer, and returns its lines.
local function expect(buffer, parts)
  local thread = coroutine.running()
  local deadline = vim.uv.hrtime() + PATIENCE_MS * 1e6
  while true do
    local lines = lines_of(buffer)
    local text = table.concat(lines, '\n')
    local missing = vim.tbl_filter(function(part)
      return not text:find(part, 1, true)
    end, parts)
    if #missing == 0 then
      return lines
    elseif vim.uv.hrtime() > deadline then
      error(('`%s` never showed `%s`, it shows\n%s'):format(buffer, missing[1], text), 0)
    end
    vim.defer_fn(function()
      resume(thread)
    end, 20)
    coroutine.yield()
  end
end

--- Prints lines as the window that holds them.
local function picture(title, lines)
  local width = vim.fn.strdisplaywidth(title) + 2
  for _, line in ipairs(lines) do
    width = math.max(width, vim.fn.strdisplaywidth(line))
  end
  local function padded(text, with)
    return text .. with:rep(width - vim.fn.strdisplaywidth(text))
  end
  say('\n╭%s╮', padded(' ' .. title .. ' ', '─'))
  for _, line in ipairs(lines) do
    say('│%s│', padded(line, ' '))
  end
  say('╰%s╯\n', ('─'):rep(width))
end

local function ensure(condition, why)
  if not condition then
    error(why, 0)
  end
end

local function last(lines, count)
  return vim.list_slice(lines, math.max(1, #lines - count + 1))
end

local function demo()
  await('start', 'ash', { new = true, agent = 'prompts' })
  await('start', 'birch', { new = true, prompt = 'write a test for total()' })
  await('start', 'cedar', { new = true, agent = 'floods' })
  ensure(#await('list') == 3, 'three sessions were started, and the list has another number')

  vim.cmd('PolecatStatus')
  picture(
    ':PolecatStatus',
    expect('polecat://status', { 'ash', 'birch', 'cedar', 'waiting', '+8' })
  )

  await('inject', 'ash', 'What is the total?\nBoth carts, please.')
  vim.cmd('PolecatCapture ash')
  local capture = 'polecat://capture/gt-shop-ash'
  local wanted = { 'got: What is the total?', 'Both carts, please.' }
  picture(':PolecatCapture ash', last(expect(capture, wanted), 12))
  local text = await('capture', 'ash', { lines = 50 })
  ensure(text:find('got: What is the total?', 1, true), 'capture() does not show the answer')

  vim.cmd('PolecatCapture birch')
  local asked = expect('polecat://capture/gt-shop-birch', { 'Do you want to proceed?' })
  picture(':PolecatCapture birch', last(asked, 12))
  await('answer', 'birch', 'yes', {})
  expect('polecat://capture/gt-shop-birch', { '⎿  OK' })

  await('stop', 'ash', {})
  ensure(await('is_running', 'ash') == false, 'ash was stopped and runs')
  await('stop_all', {})
  ensure(#await('list') == 0, 'all were stopped, and the list is not empty')
end

vim.o.columns, vim.o.lines = 110, 40
resume(coroutine.create(function()
  demo()
  finish(true)
end))

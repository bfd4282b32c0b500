--- What the bench runs in Neovim: the same jobs in different ways, timed where a user's code would
--- wait for them. Each function hands `{ begin, ended }`, in ns of the monotonic clock, to `done`.
local M = {}

local now = vim.uv.hrtime

--- One call of the plugin: until its callback runs.
---@param method string
---@param args any[]
---@param done fun(err: any, span: any)
function M.plugin(method, args, done)
  local begin
  args[#args + 1] = function(err)
    done(err, { begin = begin, ended = now() })
  end
  begin = now()
  require('polecat')[method](unpack(args))
end

--- Programs run one after the other, each waited for, as a synchronous plugin does.
---@param steps { argv: string[], stdin?: string }[]
---@param done fun(err: any, span: any)
function M.sync(steps, done)
  local begin = now()
  for _, step in ipairs(steps) do
    vim.system(step.argv, { stdin = step.stdin, text = true }):wait()
  end
  done(nil, { begin = begin, ended = now() })
end

---@type integer?
local channel
---@type table<integer, fun()>
local waiting = {}
local last = 0

--- Called by the floor's process.
---@param id integer
function M.answer(id)
  local done = waiting[id]
  waiting[id] = nil
  done()
end

--- Starts the floor's process; done with its first answer.
---@param argv string[]
---@param done fun(err: any, span: any)
function M.start_floor(argv, done)
  local begin = now()
  channel = vim.fn.jobstart(argv, { rpc = true })
  M.floor({ line = '', blocks = 0, key = '', file = '', text = '' }, function(err, span)
    done(err, { begin = begin, ended = span.ended })
  end)
end

--- Lets the floor keep the plugin's own answer to a call, to answer with it.
---@param key string
---@param method string
---@param args any[]
---@param done fun(err: any, result: any)
function M.keep(key, method, args, done)
  args[#args + 1] = function(err, result)
    vim.rpcnotify(channel, 'keep', key, result == nil and vim.NIL or result)
    done(err, #vim.inspect(result))
  end
  require('polecat')[method](unpack(args))
end

--- The least for a job: one line for tmux, and the kept answer.
---@param ask { line: string, blocks: integer, key: string, file: string, text: string }
---@param done fun(err: any, span: any)
function M.floor(ask, done)
  last = last + 1
  local begin = now()
  waiting[last] = function()
    done(nil, { begin = begin, ended = now() })
  end
  vim.rpcnotify(channel, 'ask', last, ask.line, ask.blocks, ask.key, ask.file, ask.text)
end

--- Delays of the lines `tick <number> <when it was printed>`, by number, in ns.
---@type table<integer, integer>
local delays = {}
local ticks = 0

---@param lines string[]
local function note(lines)
  local seen = now()
  for _, line in ipairs(lines) do
    local number, printed = line:match('^tick (%d+) (%d+)')
    if number and not delays[number] then
      delays[number] = seen - tonumber(printed)
      ticks = ticks + 1
    end
  end
end

--- Notes when ticks come into the buffer of this name.
---@param name string
function M.watch(name)
  M.forget()
  local buf = vim.fn.bufnr('^' .. name .. '$')
  vim.api.nvim_buf_attach(buf, false, {
    on_lines = function(_, _, _, first, _, after)
      note(vim.api.nvim_buf_get_lines(buf, first, after, false))
    end,
  })
  return buf
end

function M.forget()
  delays, ticks = {}, 0
end

---@return integer
function M.ticks()
  return ticks
end

---@return integer[]
function M.delays()
  return vim.tbl_values(delays)
end

---@type table[]
local timers = {}

--- Ends all that goes on by itself.
function M.quiet()
  for _, timer in ipairs(timers) do
    timer:stop()
    timer:close()
  end
  timers = {}
end

--- Runs `act` every `pace` ms.
---@param pace integer
---@param act fun()
local function every(pace, act)
  local timer = assert(vim.uv.new_timer())
  local planned = false
  timer:start(0, pace, function()
    -- A turn that the last one left no time for is left out.
    if not planned then
      planned = true
      vim.schedule(function()
        planned = false
        act()
      end)
    end
  end)
  timers[#timers + 1] = timer
end

---@param tmux string[]
---@param session string
---@return string[]
local function captured(tmux, session)
  local argv =
    vim.list_extend(vim.list_slice(tmux), { 'capture-pane', '-p', '-t', '=' .. session .. ':' })
  vim.list_extend(argv, { '-S', '-200' })
  local text = vim.system(argv, { text = true }):wait().stdout or ''
  return vim.split(text, '\n', { plain = true })
end

--- Follows sessions at the pace of claude-squad: the first every 100 ms, each of them every 500 ms.
--- Not all twenty in one go, which would be worse: one after the other, spread over the time.
---@param name string Of the buffer that shows the first.
---@param tmux string[]
---@param sessions string[]
function M.poll(name, tmux, sessions)
  local buf = vim.api.nvim_create_buf(false, true)
  vim.api.nvim_buf_set_name(buf, name)
  every(100, function()
    vim.api.nvim_buf_set_lines(buf, 0, -1, false, captured(tmux, sessions[1]))
  end)
  if #sessions > 1 then
    local turn = 0
    every(math.floor(500 / #sessions), function()
      turn = turn % #sessions + 1
      captured(tmux, sessions[turn])
    end)
  end
end

--- The least: a job that prints into a buffer, with no tmux in between.
---@param name string Of the buffer.
---@param argv string[]
function M.pour(name, argv)
  local buf = vim.api.nvim_create_buf(false, true)
  vim.api.nvim_buf_set_name(buf, name)
  local rest = ''
  local job = vim.fn.jobstart(argv, {
    on_stdout = function(_, lines)
      lines[1] = rest .. lines[1]
      rest = table.remove(lines)
      vim.api.nvim_buf_set_lines(buf, -1, -1, false, lines)
    end,
  })
  return job
end

--- How late a timer of 1 ms comes, each time, in ns: the main loop was busy that long.
---@type integer[]
local late = {}

function M.watch_loop()
  late = {}
  local timer = assert(vim.uv.new_timer())
  local before = now()
  timer:start(1, 1, function()
    local time = now()
    late[#late + 1] = math.max(0, time - before - 1000000)
    before = time
  end)
  timers[#timers + 1] = timer
end

---@return integer[]
function M.lateness()
  return late
end

--- Types `keys`; done at the end of the redraw that has a buffer of this name with so many lines.
---@param keys string
---@param name string
---@param lines integer
---@param done fun(err: any, span: any)
function M.opens(keys, name, lines, done)
  local namespace = vim.api.nvim_create_namespace('polecat-bench')
  local begin
  local seen = false
  vim.api.nvim_set_decoration_provider(namespace, {
    on_win = function(_, _, buf)
      local ours = vim.api.nvim_buf_get_name(buf) == name
      seen = seen or (ours and vim.api.nvim_buf_line_count(buf) >= lines)
      return false
    end,
    on_end = function()
      local span = { begin = begin, ended = now() }
      if seen then
        vim.api.nvim_set_decoration_provider(namespace, {})
        vim.schedule(function()
          done(nil, span)
        end)
      end
    end,
  })
  begin = now()
  vim.api.nvim_input(keys)
end

---@type string[]
local list = {}

--- Keeps what a buffer shows.
---@param name string
function M.keep_list(name)
  list = vim.api.nvim_buf_get_lines(vim.fn.bufnr('^' .. name .. '$'), 0, -1, false)
end

--- The least: a window on a buffer with these lines.
function M.show()
  local buf = vim.api.nvim_create_buf(false, true)
  vim.api.nvim_buf_set_name(buf, 'bench://list')
  vim.bo[buf].bufhidden = 'wipe'
  vim.api.nvim_buf_set_lines(buf, 0, -1, false, list)
  local size = { width = 140, height = 40, row = 3, col = 8 }
  local frame = { relative = 'editor', style = 'minimal', border = 'rounded' }
  vim.api.nvim_open_win(buf, true, vim.tbl_extend('error', size, frame))
end

return M

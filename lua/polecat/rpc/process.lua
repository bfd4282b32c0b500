--- One run of the backend's program: its channel, and what it said last.
local M = {}

--- How much of its stderr is kept for the message about its death, in bytes, and shown, in lines.
local TAIL_LIMIT, LINE_LIMIT = 2000, 8

---@class polecat.Process
---@field channel integer
---@field started integer In ms of the loop's clock.
---@field program string

--- Starts `argv` as an RPC channel. `on_exit` is called once, on the main loop.
---@param argv string[]
---@param on_exit fun(process: polecat.Process, code: integer, tail: string)
---@return polecat.Process? process
---@return polecat.Error? err
function M.start(argv, on_exit)
  local process = { channel = 0, started = vim.uv.now(), program = argv[1] }
  local tail = ''
  local ok, channel = pcall(vim.fn.jobstart, argv, {
    rpc = true,
    -- A worktree that is to be removed must not be held by us.
    cwd = '/',
    on_stderr = function(_, data)
      tail = (tail .. table.concat(data, '\n')):sub(-TAIL_LIMIT)
    end,
    on_exit = function(_, code)
      on_exit(process, code, tail)
    end,
  })
  if not ok or channel <= 0 then
    local why = ok and 'it cannot be run' or tostring(channel)
    local message = ('the backend `%s` did not start: %s'):format(argv[1], why)
    return nil, { code = 'internal', message = message }
  end
  process.channel = channel --[[@as integer]]
  return process
end

--- Ends it by closing its end of the pipe, as it ends when Neovim is gone.
---@param process polecat.Process
function M.stop(process)
  pcall(vim.fn.chanclose, process.channel)
end

--- `ended with exit code 101`, `was killed by signal 9`
---@param code integer
---@return string
function M.how(code)
  -- There are 64 signals: 255 is none, but how ssh ends.
  if code > 128 and code <= 192 then
    return ('was killed by signal %d'):format(code - 128)
  end
  return ('ended with exit code %d'):format(code)
end

--- `the backend ended with exit code 101: no such file`
---@param code integer
---@param tail string
---@return string
function M.last_words(code, tail)
  local text = 'the backend ' .. M.how(code)
  -- A character that was cut in two goes.
  local lines = vim.split(tail:gsub('^[\128-\191]+', ''), '\n', { trimempty = true })
  lines = vim.list_slice(lines, math.max(#lines - LINE_LIMIT + 1, 1))
  if #lines > 1 then
    return table.concat({ text .. ':', unpack(lines) }, '\n')
  end
  return lines[1] and (text .. ': ' .. lines[1]) or text
end

return M

--- One run of the backend's program: its channel and the end of what it says on stderr.
local M = {}

--- How much of stderr is kept for the message about its death.
local LINE_LIMIT, WIDTH_LIMIT = 8, 300

---@class polecat.Process
---@field channel integer
---@field started integer In ms of the loop's clock.

--- Adds `data`, in which the first item goes on where the last one ended, to `tail`.
---@param tail string[]
---@param data string[]
local function append(tail, data)
  tail[#tail] = (tail[#tail] .. data[1]):sub(1, WIDTH_LIMIT)
  for index = 2, #data do
    tail[#tail + 1] = data[index]:sub(1, WIDTH_LIMIT)
  end
  -- One more than is shown, because the last line is empty after a line break.
  while #tail > LINE_LIMIT + 1 do
    table.remove(tail, 1)
  end
end

---@param tail string[]
---@return string[]
local function said(tail)
  return vim.tbl_filter(function(line)
    return vim.trim(line) ~= ''
  end, tail)
end

--- Starts `argv` as an RPC channel. `on_exit` is called once, on the main loop.
---@param argv string[]
---@param on_exit fun(process: polecat.Process, code: integer, tail: string[])
---@return polecat.Process? process
---@return polecat.Error? err
function M.start(argv, on_exit)
  local process = { channel = 0, started = vim.uv.now() }
  local tail = { '' }
  local ok, channel = pcall(vim.fn.jobstart, argv, {
    rpc = true,
    -- A worktree that is to be removed must not be held by us.
    cwd = '/',
    on_stderr = function(_, data)
      append(tail, data)
    end,
    on_exit = function(_, code)
      on_exit(process, code, said(tail))
    end,
  })
  if not ok or channel <= 0 then
    local why = ok and 'it cannot be run' or tostring(channel)
    local message = ('the backend `%s` did not start: %s'):format(argv[1], why)
    return nil, { code = 'internal', message = message }
  end
  process.channel = channel
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
  if code > 128 then
    return ('was killed by signal %d'):format(code - 128)
  end
  return ('ended with exit code %d'):format(code)
end

--- `the backend ended with exit code 101: no such file`
---@param code integer
---@param tail string[] What it said last.
---@return string
function M.last_words(code, tail)
  local text = 'the backend ' .. M.how(code)
  if #tail == 1 then
    return text .. ': ' .. tail[1]
  end
  return table.concat({ text .. (tail[1] and ':' or ''), unpack(tail) }, '\n')
end

return M

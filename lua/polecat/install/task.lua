--- A piece of work in a coroutine: the programs that it waits for, which end with Neovim, and how
--- it fails.
local autocmd = require('polecat.editor.autocmd')

local M = {}

local NOT_FOUND = 127

--- What runs now, by process.
---@type table<integer, vim.SystemObj>
local running = {}

--- Runs `argv` as `vim.system()` does; has to be called from a coroutine. What cannot be started
--- ends with the code 127, as a shell says it.
---@async
---@param argv string[]
---@param opts? vim.SystemOpts
---@return { code: integer, stdout: string, stderr: string }
function M.system(argv, opts)
  local waiting = coroutine.running() --[[@as thread]]
  local pid ---@type integer
  local done = vim.schedule_wrap(function(result)
    running[pid] = nil
    coroutine.resume(waiting, result)
  end)
  local ok, process = pcall(vim.system, argv, opts or {}, done)
  if not ok then
    local why = vim.fn.executable(argv[1]) == 0 and 'it is not on PATH' or tostring(process)
    return { code = NOT_FOUND, stdout = '', stderr = ('`%s`: %s'):format(argv[1], why) }
  end
  pid = process.pid
  running[pid] = process
  autocmd.on('polecat_install', 'VimLeavePre', 'End what installs polecat.nvim', M.stop)
  local result = coroutine.yield()
  return { code = result.code, stdout = result.stdout or '', stderr = result.stderr or '' }
end

--- Ends the work with an error of ours.
---@param message string
---@param code? string
function M.fail(message, code)
  local err = { code = code or 'install_failed', message = message }
  error(err)
end

--- Ends what runs.
function M.stop()
  for _, process in pairs(running) do
    process:kill('sigterm')
  end
end

return M

--- Autocommands of single buffers. They go with their buffer; groups stay for ever, so there is one
--- for each purpose and none for each buffer.
local M = {}

--- Runs `callback` at `event` in `buf`, in place of what `group` had for both before.
---@param group string
---@param event string
---@param buf integer
---@param desc string
---@param callback fun()
function M.on(group, event, buf, desc, callback)
  local id = vim.api.nvim_create_augroup(group, { clear = false })
  vim.api.nvim_clear_autocmds({ group = id, event = event, buffer = buf })
  vim.api.nvim_create_autocmd(event, {
    group = id,
    buffer = buf,
    desc = desc,
    callback = function()
      -- What a callback returns would decide whether it stays.
      callback()
    end,
  })
end

return M

--- Autocommands that replace each other: groups stay for ever, so there is one for each purpose and
--- none for each buffer.
local M = {}

---@param events string|string[]
---@param desc string
---@param callback fun(event: vim.api.keyset.create_autocmd.callback_args)
---@param opts table
local function create(events, desc, callback, opts)
  opts.desc = desc
  opts.callback = function(event)
    -- What a callback returns would decide whether it stays.
    callback(event)
  end
  vim.api.nvim_create_autocmd(events, opts)
end

--- Runs `callback` at `events`, in `buf` alone or anywhere, in place of what `group` had for both
--- before.
---@param group string
---@param events string|string[]
---@param desc string
---@param callback fun(event: table)
---@param buf? integer
function M.on(group, events, desc, callback, buf)
  local id = vim.api.nvim_create_augroup(group, { clear = false })
  vim.api.nvim_clear_autocmds({ group = id, event = events, buffer = buf })
  create(events, desc, callback, { group = id, buffer = buf })
end

--- Ends all that `group` does.
---@param group string
function M.off(group)
  vim.api.nvim_create_augroup(group, {})
end

--- Runs `callback` at the next `event`, also when others wait for the same.
---@param event string
---@param desc string
---@param callback fun()
---@param at? { pattern?: string, buffer?: integer }
function M.once(event, desc, callback, at)
  create(event, desc, function()
    callback()
  end, vim.tbl_extend('error', { once = true }, at or {}))
end

return M

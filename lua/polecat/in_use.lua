--- What others work in is not taken from under them without a person's word.
local ask = require('polecat.ask')
local notify = require('polecat.notify')

local M = {}

--- Calls `act(of, options, callback)`; where processes of others work in the worktree it asks once
--- whether to go on all the same.
---@param doing string 'start', 'remove', ...
---@param of string
---@param act fun(of: string, options: table, callback: polecat.Callback)
---@param options table
---@param done fun(result: any)
function M.asking(doing, of, act, options, done)
  local finish, from = notify.or_error(done), ask.from()
  act(of, options, function(err, result)
    if not err or err.code ~= 'in_use' then
      return finish(err, result)
    end
    local question = ('%s: %s anyway?'):format(err.message, doing)
    ask.confirm({ prompt = question, yes = 'Yes', from = from }, function(yes)
      if yes then
        act(of, vim.tbl_extend('force', options, { in_use = 'ignore' }), finish)
      end
    end)
  end)
end

return M

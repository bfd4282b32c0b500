--- The sessions in fzf-lua.
---@diagnostic disable-next-line: unresolved-require -- another plugin's
local builtin = require('fzf-lua.previewer.builtin')

local M = {}

--- A previewer class of fzf-lua that shows the session of a row.
---@param source polecat.Source
---@return table
local function previewer(source)
  local Live = builtin.base:extend()
  -- fzf-lua calls this on a copy of the class, which is no instance of it yet.
  function Live:new(...)
    Live.super.new(self, ...)
    return setmetatable(self, Live)
  end
  -- Each row brings a buffer of its own, so that the window is never empty between two.
  function Live.should_clear_preview()
    return false
  end
  function Live:populate_preview_buf(row)
    local buf = self:get_tmp_buffer()
    self:set_preview_buf(buf, true)
    source.preview(buf, row)
  end
  return Live
end

---@param act fun(row?: string)
---@return fun(selected: string[])
local function with_first(act)
  return function(selected)
    act(selected[1])
  end
end

---@param source polecat.Source
---@param opts table
function M.open(source, opts)
  local own = {
    prompt = 'Polecats> ',
    previewer = previewer(source),
    actions = { ['default'] = with_first(source.choose), ['ctrl-o'] = with_first(source.act) },
  }
  ---@diagnostic disable-next-line: unresolved-require -- another plugin's
  require('fzf-lua').fzf_exec(source.rows, vim.tbl_deep_extend('force', own, opts))
end

return M

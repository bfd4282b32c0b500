--- The sessions in fzf-lua.
local builtin = require('fzf-lua.previewer.builtin')

local M = {}

--- A previewer class of fzf-lua that shows the session of an entry.
---@param source polecat.Source
---@param session_of fun(entry: string): polecat.SessionInfo?
---@return table
local function previewer(source, session_of)
  local Live = builtin.base:extend()
  -- fzf-lua calls this on a copy of the class, which is no instance of it yet.
  function Live:new(...)
    Live.super.new(self, ...)
    return setmetatable(self, Live)
  end
  -- Each entry brings a buffer of its own, so that the window is never empty between two.
  function Live.should_clear_preview()
    return false
  end
  function Live:populate_preview_buf(entry)
    local session = session_of(entry)
    if session then
      local buf = self:get_tmp_buffer()
      self:set_preview_buf(buf, true)
      source.preview(buf, session)
    end
  end
  return Live
end

---@param source polecat.Source
---@param opts table
function M.open(source, opts)
  local lines, by_name = {}, {}
  for _, session in ipairs(source.sessions) do
    lines[#lines + 1] = source.format(session)
    by_name[session.polecat] = session
  end
  local function session_of(entry)
    return by_name[entry:match('^%S+')]
  end
  local function with(act)
    return function(selected)
      local session = selected[1] and session_of(selected[1])
      if session then
        act(session)
      end
    end
  end
  require('fzf-lua').fzf_exec(
    lines,
    vim.tbl_deep_extend('force', {
      prompt = 'Polecats> ',
      previewer = previewer(source, session_of),
      actions = { ['default'] = with(source.choose), ['ctrl-o'] = with(source.act) },
    }, opts)
  )
end

return M

--- Our buffers: made under their names, drawn by patches. Knows nothing of sessions.
local folds = require('polecat.ui.windows.folds')

local M = {}

local namespace = vim.api.nvim_create_namespace('polecat')

--- The buffer of exactly this name; `bufnr()` would read it as a pattern.
---@param name string
---@return integer?
function M.find(name)
  for _, buf in ipairs(vim.api.nvim_list_bufs()) do
    if vim.api.nvim_buf_get_name(buf) == name then
      return buf
    end
  end
end

--- The name of the buffer `name` where one of another rig has that name: with the rig's folder.
---@param name string
---@param rig string
---@return string
local function with_rig(name, rig)
  return (
    name:gsub('^polecat://([^/]+)/(.*)$', function(kind, subject)
      -- A path is needed as it is; of other names the last part is the polecat's.
      local last = kind == 'base' and subject or subject:match('[^/]*$')
      return ('polecat://%s/%s/%s'):format(kind, rig, last)
    end)
  )
end

--- The buffer called `name`, unless another rig's is, and the name by which the one of the rig is
--- found.
---@param name string
---@param rig? string The rig's folder; without it any rig's is meant.
---@return integer? buf
---@return string name
function M.of_rig(name, rig)
  local buf = M.find(name)
  local at = buf and vim.b[buf].polecat_at
  if not rig or not at or not at.rig or at.rig == rig then
    return buf, name
  end
  name = with_rig(name, rig)
  return M.find(name), name
end

--- What makes a buffer one of ours.
---@param buf integer
---@param bufhidden 'hide'|'wipe' What becomes of it when no window shows it.
function M.prepare(buf, bufhidden)
  local options = vim.bo[buf]
  options.buftype = 'nofile'
  options.bufhidden = bufhidden
  options.swapfile = false
  options.buflisted = false
  options.modeline = false
  -- Nothing to undo, and no history that grows with every frame.
  options.undolevels = -1
  options.modifiable = false
end

--- The loaded buffer called `name`, of the rig that is meant, and whether it has just been made.
---@param name string
---@param at? polecat.At
---@return integer buf
---@return boolean new
function M.get(name, at)
  local buf
  buf, name = M.of_rig(name, at and at.rig)
  if buf and vim.api.nvim_buf_is_loaded(buf) then
    return buf, false
  end
  if buf then
    vim.api.nvim_buf_delete(buf, { force = true })
  end
  buf = vim.api.nvim_create_buf(false, true)
  vim.api.nvim_buf_set_name(buf, name)
  return buf, true
end

--- Writes `lines` in place of all that `buf` holds, which stays read-only.
---@param buf integer
---@param lines string[]
function M.write(buf, lines)
  vim.bo[buf].modifiable = true
  vim.api.nvim_buf_set_lines(buf, 0, -1, false, lines)
  vim.bo[buf].modifiable, vim.bo[buf].modified = false, false
end

--- A buffer without a name that holds `lines`, and goes with its window.
---@param lines string[]
---@return integer
function M.scratch(lines)
  local buf = vim.api.nvim_create_buf(false, true)
  M.prepare(buf, 'wipe')
  M.write(buf, lines)
  return buf
end

---@class polecat.Patch
---@field from integer The first row that goes.
---@field to integer The row after the last one that goes.
---@field lines string[] What takes their place.
---@field spans polecat.Span[]
---@field folds? (string|integer)[] The fold level of each line, as 'foldexpr' gives it.

---@class polecat.Span
---@field [1] integer Row.
---@field [2] integer First byte.
---@field [3] integer The byte after the last.
---@field [4] string|integer A group, or the place of a style of the frame.

---@param buf integer
---@param patch polecat.Patch
---@param groups table<integer, string|false>
---@param whole boolean The patch is all that the buffer shall hold.
local function apply(buf, patch, groups, whole)
  local to = whole and -1 or patch.to
  if patch.folds then
    folds.splice(buf, patch.from, to, patch.folds)
  end
  -- Marks of lines that go would stay behind, squeezed together.
  if whole or patch.to > patch.from then
    vim.api.nvim_buf_clear_namespace(buf, namespace, patch.from, to)
  end
  vim.api.nvim_buf_set_lines(buf, patch.from, to, true, patch.lines)
  for _, span in ipairs(patch.spans) do
    local group = groups[span[4]]
    if group == nil then
      group = span[4]
    end
    if group then
      local mark = { end_col = span[3], hl_group = group, strict = false }
      vim.api.nvim_buf_set_extmark(buf, namespace, span[1], span[2], mark)
    end
  end
end

--- Applies `patches` in order to a buffer in which `count` lines have been drawn before (0: what
--- it holds is not of this view, or the one empty line of an empty buffer).
---@param buf integer
---@param patches polecat.Patch[]
---@param groups table<integer, string|false> The groups of the styles that spans name by place.
---@param count integer
---@return integer count
function M.draw(buf, patches, groups, count)
  if #patches == 0 then
    return count
  end
  vim.bo[buf].modifiable = true
  local ok, why = pcall(function()
    for _, patch in ipairs(patches) do
      apply(buf, patch, groups, count == 0)
      count = count + #patch.lines - (patch.to - patch.from)
    end
  end)
  vim.bo[buf].modifiable = false
  vim.bo[buf].modified = false
  if not ok then
    error(why, 0)
  end
  return count
end

--- Closes the window; our buffer ends with its last one.
---@param buf integer
function M.close(buf)
  require('polecat.ui.windows.window').close(vim.api.nvim_get_current_win())
  if vim.api.nvim_buf_is_valid(buf) and #vim.fn.win_findbuf(buf) == 0 then
    vim.api.nvim_buf_delete(buf, { force = true })
  end
end

return M

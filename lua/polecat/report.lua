--- What is said when an operation that the user asked for by a command or a key has succeeded.
local notify = require('polecat.notify')

local M = {}

--- Of `session.start`.
---@param session polecat.SessionInfo|{ warnings?: string[] }
function M.started(session)
  notify.info(('`%s` runs in session `%s`'):format(session.polecat, session.session_id))
  for _, warning in ipairs(session.warnings or {}) do
    notify.warn(warning)
  end
end

--- Of `session.sling`.
---@param session polecat.SessionInfo|{ warnings?: string[] }
function M.slung(session)
  local text = '`%s` works on `%s` in session `%s`'
  notify.info(text:format(session.polecat, session.issue, session.session_id))
  for _, warning in ipairs(session.warnings or {}) do
    notify.warn(warning)
  end
end

--- Of `polecat.new`.
---@param new { polecat: string, workdir: string, branch: string }
function M.created(new)
  notify.info(('made `%s` on branch `%s`'):format(new.polecat, new.branch))
end

--- Of `polecat.remove`: what went, what stays, and where its work is.
---@param gone { polecat: string, branches: string[], kept: { branch: string, why: string }[], backup?: string, stashes: string[], comments: boolean, underway?: string }
function M.removed(gone)
  -- First what may be all that there is room for.
  local parts = { ('removed `%s`'):format(gone.polecat) }
  if gone.backup then
    parts[1] = parts[1] .. (', its work is kept: `:PolecatRestore %s`'):format(gone.polecat)
    parts[2] = ('`git log %s` shows it'):format(gone.backup)
  else
    parts[1] = parts[1] .. '; nothing of it was only there'
  end
  for _, branch in ipairs(gone.branches) do
    parts[#parts + 1] = ('branch `%s` removed'):format(branch)
  end
  for _, kept in ipairs(gone.kept) do
    parts[#parts + 1] = ('branch `%s` kept: %s'):format(kept.branch, kept.why)
  end
  if #gone.stashes > 0 then
    local hashes = vim.tbl_map(function(hash)
      return hash:sub(1, 10)
    end, gone.stashes)
    parts[#parts + 1] = ('in the stash list stay %s'):format(table.concat(hashes, ', '))
  end
  if gone.backup and gone.comments then
    parts[#parts + 1] = 'the comments that were not sent are kept too'
  end
  if gone.backup and gone.underway then
    local under =
      'a merge, rebase or the like was under way: `git show %s` has its notes and conflicts'
    parts[#parts + 1] = under:format(gone.underway:sub(1, 12))
  end
  notify.info(table.concat(parts, '; '))
end

--- Of `polecat.restore`.
---@param back { polecat: string, workdir: string, branch?: string, formerly?: string, backup: string, underway?: string }
function M.restored(back)
  local text = ('`%s` is back in `%s`'):format(back.polecat, vim.fn.fnamemodify(back.workdir, ':~'))
  if back.branch then
    text = text .. (' on branch `%s`'):format(back.branch)
  end
  if back.formerly then
    text = text .. (', for `%s` is taken by now'):format(back.formerly)
  end
  if back.underway then
    local under =
      '; what was under way is not taken up again: `git show %s` has its notes and conflicts'
    text = text .. under:format(back.underway:sub(1, 12))
  end
  notify.info(('%s; the backup stays: `%s`'):format(text, back.backup))
end

--- Of `session.stop_all`.
---@param result { stopped: string[] }
function M.stopped_all(result)
  local names = table.concat(result.stopped, ', ')
  notify.info(names == '' and 'no polecat was running' or ('stopped %s'):format(names))
end

return M
